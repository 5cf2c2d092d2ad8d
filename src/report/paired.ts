import { type Contrast, contrast } from "./contrast.ts";
import { meanOf } from "./format.ts";
import {
  corruptionAccuracy,
  corruptionMeans,
  corruptionNames,
  type Measure,
  setMeasure,
  valuesOf,
} from "./measures.ts";
import type { ReportedArm, ReportedStudy } from "./study.ts";

/** Accuracy on one image set, or on several that show the same images, of every arm against the baseline's. */
export interface PairedRow {
  /** The set's name; of a corruption its own, the mean over its severities. */
  readonly title: string;
  readonly role: "test" | "shift" | "corruption";
  /** Whether it is the mean over all corruptions. */
  readonly allCorruptions: boolean;
  /** In [0, 1]. */
  readonly baseline: number;
  /** Of each other arm, in the study's order; undefined where it was not judged there. */
  readonly others: readonly (Contrast | undefined)[];
}

export const otherArms = ({ arms, baseline }: ReportedStudy): ReportedArm[] => arms.filter((arm) => arm !== baseline);

/** Accuracy of each arm against the baseline's; empty where there is no other arm. */
export function pairedRows(study: ReportedStudy): PairedRow[] {
  const others = otherArms(study);
  if (others.length === 0) return [];
  const names = corruptionNames(study);
  const [overall] = corruptionMeans(study);
  const rows: (Pick<PairedRow, "title" | "role"> & { measure: Measure; allCorruptions?: boolean })[] = [
    ...study.sets.map(({ set, role }) => ({ title: set, role, measure: setMeasure(set, role, "accuracy") })),
    ...names.map((name) => ({ title: name, role: "corruption" as const, measure: corruptionAccuracy(name) })),
    ...(names.length > 1 && overall
      ? [
          {
            title: `all ${names.length} corruptions`,
            role: "corruption" as const,
            measure: overall,
            allCorruptions: true,
          },
        ]
      : []),
  ];
  return rows.flatMap(({ title, role, measure, allCorruptions = false }) => {
    const baseline = meanOf(valuesOf(study.baseline, measure))?.mean;
    if (baseline === undefined) return [];
    return [
      { title, role, allCorruptions, baseline, others: others.map((arm) => contrast(arm, study.baseline, measure)) },
    ];
  });
}
