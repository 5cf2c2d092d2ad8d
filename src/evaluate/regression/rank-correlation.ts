import { UserError } from "../../core/index.ts";
import { orderBy } from "../order.ts";
import { column, type JudgedRegression } from "./judged.ts";
import { type PerTarget, perTarget } from "./per-target.ts";

/** [N] ranks from 1; equal values get the mean of theirs. */
function averageRanks(values: Float64Array): Float64Array {
  const order = orderBy(values);
  const ranks = new Float64Array(values.length);
  for (let first = 0; first < order.length; ) {
    let last = first;
    while (last < order.length && values[order[last]] === values[order[first]]) last++;
    for (let i = first; i < last; i++) ranks[order[i]] = (first + 1 + last) / 2;
    first = last;
  }
  return ranks;
}

/**
 * Spearman's rank correlation, in [−1, 1]: Pearson's of average ranks. `undefined` where either list has one value only.
 * @throws UserError for lists of different lengths.
 * @example
 * spearman([1, 2, 3], [10, 20, 40]); // 1
 */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number | undefined {
  if (a.length !== b.length) throw new UserError(`spearman: ${a.length} and ${b.length} values; give pairs`);
  const [left, right] = [averageRanks(Float64Array.from(a)), averageRanks(Float64Array.from(b))];
  const mean = (a.length + 1) / 2;
  let [both, ofLeft, ofRight] = [0, 0, 0];
  for (let i = 0; i < left.length; i++) {
    both += (left[i] - mean) * (right[i] - mean);
    ofLeft += (left[i] - mean) ** 2;
    ofRight += (right[i] - mean) ** 2;
  }
  return ofLeft > 0 && ofRight > 0 ? both / Math.sqrt(ofLeft * ofRight) : undefined;
}

/**
 * Spearman's correlation of |error| and σ, by target: 1 where the less certain is always the worse one. @throws UserError where there are no σ.
 * @example
 * const { byTarget } = errorUncertaintyCorrelation(judgedRegression); // Spearman's ρ: 1 where doubt ranks the errors
 */
export function errorUncertaintyCorrelation({ names, residual, standardDeviation }: JudgedRegression): PerTarget {
  if (!standardDeviation)
    throw new UserError(
      "the correlation of error and uncertainty needs standard deviations; these predictions have none",
    );
  return perTarget(
    names.map((_, target) =>
      spearman(column(residual, target, names.length).map(Math.abs), column(standardDeviation, target, names.length)),
    ),
  );
}
