import { UserError } from "../core/index.ts";

/** How well a score tells two groups of images apart; in all of these, positives should score higher than negatives. */

function sortedCopies(negatives: Float64Array, positives: Float64Array): [Float64Array, Float64Array] {
  if (negatives.length === 0 || positives.length === 0)
    throw new UserError(
      `auroc: ${negatives.length} negatives and ${positives.length} positives; both must be non-empty`,
    );
  const below = Float64Array.from(negatives).sort();
  const above = Float64Array.from(positives).sort();
  // A typed array sorts NaN last.
  if (Number.isNaN(below.at(-1)) || Number.isNaN(above.at(-1))) throw new UserError("auroc: a score is NaN");
  return [below, above];
}

/**
 * Area under the ROC curve: the probability that a random positive scores above a random negative, ties counting one
 * half (Mann–Whitney U by average ranks). For OOD detection the positives are the out-of-distribution images.
 * @throws UserError where either side is empty or holds NaN.
 * @example
 * auroc(Float64Array.of(0.1, 0.2), Float64Array.of(0.15, 0.9)); // 0.75; guessing is 0.5
 */
export function auroc(negatives: Float64Array, positives: Float64Array): number {
  const [below, above] = sortedCopies(negatives, positives);
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

/** Negatives and positives at or above each distinct score, from the highest score down. */
function thresholds(
  negatives: Float64Array,
  positives: Float64Array,
): { falsePositives: number[]; truePositives: number[] } {
  const [below, above] = sortedCopies(negatives, positives);
  const falsePositives: number[] = [];
  const truePositives: number[] = [];
  let b = below.length;
  let a = above.length;
  while (a > 0 || b > 0) {
    const score = Math.max(a > 0 ? above[a - 1] : -Infinity, b > 0 ? below[b - 1] : -Infinity);
    while (a > 0 && above[a - 1] === score) a--;
    while (b > 0 && below[b - 1] === score) b--;
    falsePositives.push(below.length - b);
    truePositives.push(above.length - a);
  }
  return { falsePositives, truePositives };
}

/**
 * Average precision, the area under the precision-recall curve without interpolation: Σ (Rₙ − Rₙ₋₁) Pₙ over the distinct
 * scores, highest first (as scikit-learn's `average_precision_score`). Depends on how many images each side has.
 * @example
 * averagePrecision(Float64Array.of(0.1, 0.2), Float64Array.of(0.15, 0.9));
 */
export function averagePrecision(negatives: Float64Array, positives: Float64Array): number {
  const { falsePositives, truePositives } = thresholds(negatives, positives);
  let sum = 0;
  let before = 0;
  for (let i = 0; i < truePositives.length; i++) {
    const precision = truePositives[i] / (truePositives[i] + falsePositives[i]);
    sum += ((truePositives[i] - before) / positives.length) * precision;
    before = truePositives[i];
  }
  return sum;
}

/**
 * Area under straight lines between the points (recall, precision) of the distinct scores, with (0, 1) in front: the AUPR of
 * OpenOOD and of scikit-learn's `auc` on its precision-recall curve. Average precision, which does not interpolate, is the
 * one that is not too good.
 * @example
 * trapezoidPrecision(Float64Array.of(0.1, 0.2), Float64Array.of(0.15, 0.9));
 */
export function trapezoidPrecision(negatives: Float64Array, positives: Float64Array): number {
  const { falsePositives, truePositives } = thresholds(negatives, positives);
  let [sum, recallBefore, precisionBefore] = [0, 0, 1];
  for (let i = 0; i < truePositives.length; i++) {
    const recall = truePositives[i] / positives.length;
    const precision = truePositives[i] / (truePositives[i] + falsePositives[i]);
    sum += ((recall - recallBefore) * (precision + precisionBefore)) / 2;
    [recallBefore, precisionBefore] = [recall, precision];
  }
  return sum;
}

/**
 * Share of negatives at or above the highest threshold that catches at least `share` of the positives.
 * @example
 * falsePositiveRateAt(Float64Array.of(0.1, 0.2), Float64Array.of(0.15, 0.9), 0.95);
 */
export function falsePositiveRateAt(negatives: Float64Array, positives: Float64Array, share: number): number {
  const [below, above] = sortedCopies(negatives, positives);
  const caught = Math.ceil(share * above.length - 1e-9);
  const threshold = above[above.length - caught];
  let passed = 0;
  while (passed < below.length && below[below.length - 1 - passed] >= threshold) passed++;
  return passed / below.length;
}

/**
 * The ROC curve from (0, 0) to (1, 1), thinned to `points` at most.
 * @example
 * const { falsePositiveRate, truePositiveRate } = rocCurve(Float64Array.of(0.1, 0.2), Float64Array.of(0.15, 0.9));
 */
export function rocCurve(
  negatives: Float64Array,
  positives: Float64Array,
  points = 200,
): { falsePositiveRate: number[]; truePositiveRate: number[] } {
  const { falsePositives, truePositives } = thresholds(negatives, positives);
  const falsePositiveRate = [0];
  const truePositiveRate = [0];
  const last = truePositives.length - 1;
  const step = Math.max(1, truePositives.length / (points - 1));
  for (let at = 0; Math.round(at) < last; at += step) {
    falsePositiveRate.push(falsePositives[Math.round(at)] / negatives.length);
    truePositiveRate.push(truePositives[Math.round(at)] / positives.length);
  }
  falsePositiveRate.push(1);
  truePositiveRate.push(1);
  return { falsePositiveRate, truePositiveRate };
}

export interface Detection {
  readonly auroc: number;
  /** Average precision; in-distribution images are the positives. */
  readonly auprIn: number;
  /** Average precision; out-of-distribution images are the positives. */
  readonly auprOut: number;
  /** By trapezoid, which is OpenOOD's AUPR; in-distribution images are the positives. */
  readonly auprInTrapezoid: number;
  /** By trapezoid; out-of-distribution images are the positives. */
  readonly auprOutTrapezoid: number;
  /** Share of out-of-distribution images accepted where 95 % of the in-distribution ones are (ODIN; OpenOOD 1.0). */
  readonly fpr95In: number;
  /** Share of in-distribution images rejected where 95 % of the out-of-distribution ones are found (OpenOOD 1.5). */
  readonly fpr95Out: number;
}

const negated = (values: Float64Array): Float64Array => values.map((value) => -value);

/**
 * Every measure of a score that grows as images get stranger.
 * @example
 * const known = Float64Array.of(0.1, 0.2);
 * const foreign = Float64Array.of(0.15, 0.9);
 * console.log(detection(known, foreign)); // AUROC, FPR at 95 % TPR, …
 */
export function detection(inside: Float64Array, outside: Float64Array): Detection {
  return {
    auroc: auroc(inside, outside),
    auprIn: averagePrecision(negated(outside), negated(inside)),
    auprOut: averagePrecision(inside, outside),
    auprInTrapezoid: trapezoidPrecision(negated(outside), negated(inside)),
    auprOutTrapezoid: trapezoidPrecision(inside, outside),
    fpr95In: falsePositiveRateAt(negated(outside), negated(inside), 0.95),
    fpr95Out: falsePositiveRateAt(inside, outside, 0.95),
  };
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
