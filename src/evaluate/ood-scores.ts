import type { Predictions } from "../core/index.ts";
import { softmax } from "./judged.ts";

/** A number per image, larger where the image looks more out-of-distribution; `undefined` where the model lacks it. */
export interface OodScore {
  readonly title: string;
  /** The range of `shown`, for histograms that can be added over runs. */
  readonly range: readonly [number, number];
  /** [N] the quantity that a histogram shows. */
  readonly shown: (predictions: Predictions) => Float64Array | undefined;
  /** Whether `shown` grows (1) or falls (−1) as an image gets stranger. */
  readonly direction: 1 | -1;
}

/** The table of scores: a new one is a line here and a row in `ood.test.ts`. */
export const oodScores = {
  "max-softmax": {
    title: "Confidence (largest softmax probability)",
    range: [0, 1],
    shown: ({ logits, classes }) => softmax(logits, classes).confidence,
    direction: -1,
  },
  "reference-std": {
    title: "Uncertainty (std over references, mean over classes)",
    // The standard deviation of values in [0, 1] is at most 1/2.
    range: [0, 0.5],
    shown: ({ uncertainty, classes }) => uncertainty && rowMeans(uncertainty, classes),
    direction: 1,
  },
} satisfies Record<string, OodScore>;

export type OodScoreName = keyof typeof oodScores;
export const oodScoreNames = Object.keys(oodScores) as OodScoreName[];

/** [N × K] → [N]. */
export function rowMeans(values: Float32Array, classes: number): Float64Array {
  return Float64Array.from({ length: values.length / classes }, (_, row) => {
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += values[row * classes + k];
    return sum / classes;
  });
}

/**
 * Area under the ROC curve: the probability that a random positive scores above a random negative, ties counting one
 * half (Mann–Whitney U by average ranks). For OOD detection the positives are the out-of-distribution images.
 * @throws TypeError where either side is empty or holds NaN.
 */
export function auroc(negatives: Float64Array, positives: Float64Array): number {
  if (negatives.length === 0 || positives.length === 0)
    throw new TypeError(
      `auroc: ${negatives.length} negatives and ${positives.length} positives; both must be non-empty`,
    );
  const below = Float64Array.from(negatives).sort();
  const above = Float64Array.from(positives).sort();
  // A typed array sorts NaN last.
  if (Number.isNaN(below.at(-1)) || Number.isNaN(above.at(-1))) throw new TypeError("auroc: a score is NaN");
  let smaller = 0;
  let smallerOrEqual = 0;
  let wins = 0;
  for (const score of above) {
    while (smaller < below.length && below[smaller] < score) smaller++;
    while (smallerOrEqual < below.length && below[smallerOrEqual] <= score) smallerOrEqual++;
    wins += (smaller + smallerOrEqual) / 2;
  }
  return wins / (below.length * above.length);
}

/** Counts in `binCount` equal bins over [lower, upper]; what lies outside falls into the nearest bin. */
export function histogram(values: Float64Array, lower: number, upper: number, binCount: number): number[] {
  const counts = new Array<number>(binCount).fill(0);
  for (const value of values) {
    const bin = Math.floor(((value - lower) / (upper - lower)) * binCount);
    counts[Math.min(Math.max(bin, 0), binCount - 1)]++;
  }
  return counts;
}
