import { Random, UserError } from "../core/index.ts";

import type { Judged } from "./judged.ts";
import type { MetricName } from "./metrics.ts";
import { quantileOfSorted } from "./quantile.ts";

export interface BootstrapOptions {
  /** Default 1000. */
  readonly resamples?: number;
  /** Default 0. */
  readonly seed?: number;
}

export type Interval = readonly [lower: number, upper: number];

/** The middle 95 % of the resampled values (Efron & Tibshirani 1993, section 13.3), linear between ranks. */
export function percentileInterval(values: Float64Array): Interval {
  const sorted = Float64Array.from(values).sort();
  return [quantileOfSorted(sorted, 0.025), quantileOfSorted(sorted, 0.975)];
}

/** Calls `use` with the drawn rows of each resample: as many rows as there are, with replacement. */
export function resampled(
  rows: number,
  { resamples = 1000, seed = 0 }: BootstrapOptions,
  use: (drawn: Int32Array, resample: number) => void,
): number {
  const random = new Random("bootstrap", seed);
  const drawn = new Int32Array(rows);
  for (let resample = 0; resample < resamples; resample++) {
    for (let i = 0; i < rows; i++) drawn[i] = Math.floor(random.uniform() * rows);
    use(drawn, resample);
  }
  return resamples;
}

const ECE_BINS = 15;

/**
 * 95 % intervals, over the choice of the images, of the metrics that are sums over images or bins.
 * @example
 * const { accuracy } = bootstrapIntervals(judged, { resamples: 2000, seed: 0 }); // over the choice of images
 */
export function bootstrapIntervals(
  judged: Judged,
  options: BootstrapOptions = {},
): Partial<Record<MetricName, Interval>> {
  const { images, correct, nll, confidence, rank, squaredError } = judged;
  const count = options.resamples ?? 1000;
  const bin = Int32Array.from(confidence, (value) => Math.min(Math.floor(value * ECE_BINS), ECE_BINS - 1));
  const gap = confidence.map((value, row) => correct[row] - value);
  const names = ["accuracy", "top5", "nll", "brier", "ece15"] as const;
  const values = Object.fromEntries(names.map((name) => [name, new Float64Array(count)])) as Record<
    (typeof names)[number],
    Float64Array
  >;
  const gaps = new Float64Array(ECE_BINS);
  resampled(images, options, (drawn, resample) => {
    let [hits, hits5, nllSum, brierSum] = [0, 0, 0, 0];
    gaps.fill(0);
    for (let i = 0; i < images; i++) {
      const row = drawn[i];
      hits += correct[row];
      if (rank[row] < 5) hits5++;
      nllSum += nll[row];
      brierSum += squaredError[row];
      gaps[bin[row]] += gap[row];
    }
    values.accuracy[resample] = hits / images;
    values.top5[resample] = hits5 / images;
    values.nll[resample] = nllSum / images;
    values.brier[resample] = brierSum / images;
    values.ece15[resample] = gaps.reduce((sum, value) => sum + Math.abs(value), 0) / images;
  });
  return Object.fromEntries(names.map((name) => [name, percentileInterval(values[name])]));
}

export interface PairedDifference {
  /** Mean of a − b. */
  readonly difference: number;
  /** Its 95 % interval over the choice of the images. */
  readonly interval: Interval;
}

/**
 * The difference of two models' means over the same images [N], such as whether each is right: resampling images, not
 * values, keeps what the two have in common out of the interval.
 * @throws UserError for lists of different lengths, or none.
 * @example
 * const difference = pairedDifference(judged.nll, otherJudged.nll); // of the same images, with an interval
 */
export function pairedDifference(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  options: BootstrapOptions = {},
): PairedDifference {
  if (a.length !== b.length || a.length === 0)
    throw new UserError(`pairedDifference: ${a.length} and ${b.length} values; both must be of the same images`);
  const gaps = Float64Array.from({ length: a.length }, (_, i) => a[i] - b[i]);
  const means = new Float64Array(options.resamples ?? 1000);
  resampled(gaps.length, options, (drawn, resample) => {
    let sum = 0;
    for (let i = 0; i < drawn.length; i++) sum += gaps[drawn[i]];
    means[resample] = sum / gaps.length;
  });
  return { difference: gaps.reduce((x, y) => x + y, 0) / gaps.length, interval: percentileInterval(means) };
}
