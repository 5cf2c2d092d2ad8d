import { softmax } from "../evaluate/index.ts";
import type { ReportedArm } from "./study.ts";

/** How often each class is taken for each: rows are true classes, columns predicted ones, summed over sets and seeds. */
export interface Confusion {
  readonly classes: number;
  /** [K × K] row-major. */
  readonly counts: Float64Array;
}

/** `undefined` where the arm has stored nothing of this role. */
export function confusion({ runs }: ReportedArm, role: "test" | "corruption"): Confusion | undefined {
  let found: Confusion | undefined;
  for (const run of runs)
    for (const entry of run.stored().filter((one) => one.role === role)) {
      const { logits, labels, classes } = run.load(entry);
      found ??= { classes, counts: new Float64Array(classes * classes) };
      const { predicted } = softmax(logits, classes);
      for (const [row, label] of labels.entries()) found.counts[label * classes + predicted[row]]++;
    }
  return found;
}

/** Images of each true class. */
export const totals = ({ classes, counts }: Confusion): number[] =>
  Array.from({ length: classes }, (_, k) =>
    counts.subarray(k * classes, (k + 1) * classes).reduce((sum, count) => sum + count, 0),
  );

/** Share of each class's images that are classified right; `undefined` of a class without images. */
export const classAccuracies = (confusion: Confusion): (number | undefined)[] =>
  totals(confusion).map((total, k) => (total ? confusion.counts[k * confusion.classes + k] / total : undefined));

export interface Mistake {
  readonly label: number;
  readonly predicted: number;
  readonly count: number;
  /** Of the images of the true class. */
  readonly share: number;
}

/** Pairs of classes that are mistaken at all, the largest share first; equal shares keep the order of the classes. */
export function worstMistakes(confusion: Confusion): Mistake[] {
  const { classes, counts } = confusion;
  const sums = totals(confusion);
  return Array.from(counts, (count, place) => {
    const label = Math.floor(place / classes);
    return { label, predicted: place % classes, count, share: count / (sums[label] || 1) };
  })
    .filter(({ label, predicted, count }) => label !== predicted && count > 0)
    .sort((a, b) => b.share - a.share);
}
