import { type Correct, type PairedDifference, pairedDifference } from "../evaluate/index.ts";
import type { ReportedArm, Study } from "./study.ts";

/** Accuracy on one image set, or on several that show the same images, of every arm against the baseline's. */
export interface PairedRow {
  /** The set's name; of a corruption its own, the mean over its severities. */
  readonly title: string;
  readonly role: Correct["role"];
  /** Whether it is the mean over all corruptions. */
  readonly allCorruptions: boolean;
  /** In [0, 1]. */
  readonly baseline: number;
  /** Of each other arm, in the study's order; undefined where it was not judged on the same images. */
  readonly others: readonly (PairedDifference | undefined)[];
}

const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0) / values.length;

export const otherArms = ({ arms, baseline }: Study): ReportedArm[] => arms.filter((arm) => arm !== baseline);

/**
 * Accuracy of each arm against the baseline's, paired over the images: both saw the same ones, so what one image is
 * worth cancels out. Several seeds of an arm count as their mean. Empty where there are no predictions, or no other arm.
 */
export function pairedRows(study: Study): PairedRow[] {
  const others = otherArms(study);
  if (others.length === 0) return [];
  const base = correctOf(study.baseline);
  const theirsOf = others.map(correctOf);
  const rows = base.map(({ name, role }) => ({ title: name, role, sets: [name], allCorruptions: false }));
  const corruptions = base.filter(({ role }) => role === "corruption").map(({ name }) => name);
  if (corruptions.length > 1)
    rows.push({
      title: `all ${corruptions.length} corruptions`,
      role: "corruption",
      sets: corruptions,
      allCorruptions: true,
    });
  return rows.map(({ sets, ...row }) => {
    const own = together(base, sets)!;
    return {
      ...row,
      baseline: mean(own),
      others: theirsOf.map((all) => {
        const theirs = together(all, sets);
        return theirs?.length === own.length ? pairedDifference(theirs, own) : undefined;
      }),
    };
  });
}

/** Of each image the mean over these sets; undefined where one is missing. */
function together(all: readonly Correct[], sets: readonly string[]): Float64Array | undefined {
  const found = sets.map((name) => all.find((one) => one.name === name)?.correct);
  const [first] = found;
  if (!first || found.some((one) => one?.length !== first.length)) return undefined;
  return first.map((_, row) => mean(found.map((one) => one![row])));
}

/** Mean over the arm's seeds of what all of them have. */
function correctOf({ runs }: ReportedArm): Correct[] {
  const [first, ...rest] = runs.map((run) => run.correct());
  return first.flatMap((one) => {
    const same = rest.map((all) => all.find(({ name }) => name === one.name)?.correct);
    if (same.some((other) => other?.length !== one.correct.length)) return [];
    return [{ ...one, correct: one.correct.map((value, row) => mean([value, ...same.map((other) => other![row])])) }];
  });
}
