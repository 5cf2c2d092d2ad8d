import type { CorruptionCell } from "../evaluate/index.ts";
import type { ReportedArm, ReportedStudy } from "./study.ts";

/** One corruption of one severity: means over an arm's seeds. */
export interface Level {
  readonly corruption: string;
  readonly severity: number;
  readonly accuracy: number;
  readonly confidence: number;
  readonly smoothEce: number;
}

export const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

export function levelsOf({ runs }: ReportedArm): Level[] {
  const groups = new Map<string, CorruptionCell[]>();
  for (const cell of runs.flatMap(({ results }) => results.corruptions?.cells ?? [])) {
    const key = `${cell.corruption} ${cell.severity}`;
    groups.set(key, [...(groups.get(key) ?? []), cell]);
  }
  return [...groups.values()].map((cells) => ({
    corruption: cells[0].corruption,
    severity: cells[0].severity,
    accuracy: mean(cells.map(({ metrics }) => metrics.accuracy ?? 0)),
    confidence: mean(cells.map(({ meanConfidence }) => meanConfidence)),
    smoothEce: mean(cells.map(({ metrics }) => metrics.smoothEce ?? 0)),
  }));
}

/** Arms that were judged under corruption, each with its levels. */
export type Levels = ReadonlyMap<ReportedArm, readonly Level[]>;
export const levelsByArm = ({ arms }: ReportedStudy): Levels =>
  new Map(arms.map((arm) => [arm, levelsOf(arm)] as const).filter(([, levels]) => levels.length > 0));

export const severitiesOf = (levels: readonly Level[]): number[] =>
  [...new Set(levels.map(({ severity }) => severity))].sort((a, b) => a - b);

/** Whether the clean results are of the same images: a part of them would be another set. */
export const comparable = (arms: readonly ReportedArm[]): boolean =>
  arms.every(({ runs }) =>
    runs.every(
      ({ results }) =>
        !results.corruptions || results.sets.find(({ role }) => role === "test")?.images === results.corruptions.images,
    ),
  );

export const shownName = (name: string): string => name.replaceAll("_", " ");
