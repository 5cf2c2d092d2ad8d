import { type BootstrapOptions, type PairedDifference, percentileInterval, resampled } from "../bootstrap.ts";
import { type BootstrappedRegressionMetric, fromMeans, type Terms, termsOf } from "./bootstrap.ts";
import type { JudgedRegression } from "./judged.ts";

/**
 * The difference a − b of a measure of one target, with its 95 % interval over the choice of the examples, which both saw:
 * resampling examples, not values, keeps what the two have in common out of the interval. Of several models a side, such
 * as seeds of one training, it is the difference of the means over them.
 * @returns `undefined` where the examples are not the same, or a model lacks what the measure needs
 * @example
 * const difference = pairedRegressionDifference([judgedRegression], [judgedRegression], "rmse", 0);
 */
export function pairedRegressionDifference(
  a: readonly JudgedRegression[],
  b: readonly JudgedRegression[],
  metric: BootstrappedRegressionMetric,
  target: number,
  options: BootstrapOptions = {},
): PairedDifference | undefined {
  const [first] = a;
  if (!first || b.length === 0 || ![...a, ...b].every((one) => sameExamples(one, first))) return undefined;
  const { terms, of } = fromMeans[metric];
  const prepared = [a, b].map((side) => side.map(termsOf));
  const has = (own: Terms) => terms.every((term) => own[term]);
  if (!prepared.every((side) => side.every(has))) return undefined;
  const dimensions = first.names.length;
  const ofRows = (own: Terms, rows: ArrayLike<number>) =>
    of(
      ...terms.map((term) => {
        const values = own[term]!;
        let sum = 0;
        for (let i = 0; i < rows.length; i++) sum += values[rows[i] * dimensions + target];
        return sum / rows.length;
      }),
    );
  const difference = (rows: ArrayLike<number>): number => {
    const [left, right] = prepared.map((side) => side.reduce((sum, own) => sum + ofRows(own, rows), 0) / side.length);
    return left - right;
  };
  const observed = difference(Int32Array.from({ length: first.examples }, (_, i) => i));
  const drawn: number[] = [];
  resampled(first.examples, options, (rows) => {
    const value = difference(rows);
    if (Number.isFinite(value)) drawn.push(value);
  });
  if (!Number.isFinite(observed) || drawn.length === 0) return undefined;
  return { difference: observed, interval: percentileInterval(Float64Array.from(drawn)) };
}

const sameExamples = (a: JudgedRegression, b: JudgedRegression): boolean =>
  a.names.join() === b.names.join() &&
  a.targets.length === b.targets.length &&
  a.targets.every((value, i) => value === b.targets[i]);
