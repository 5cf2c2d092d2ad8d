import { UserError } from "../../core/index.ts";
import { orderBy } from "../order.ts";
import { column, type JudgedRegression } from "./judged.ts";

export const sparsificationErrors = ["rmse", "mae"] as const;
export type SparsificationError = (typeof sparsificationErrors)[number];

/** What error remains as the examples of highest uncertainty are taken away, one by one. */
export interface Sparsification {
  /** [N] shares taken away: 0, 1/N, …, (N − 1)/N. */
  readonly removed: Float64Array;
  /** [N] error of the examples that remain, in target units. */
  readonly error: Float64Array;
  /** [N] where the examples of largest error go first: no uncertainty can do better. */
  readonly oracle: Float64Array;
  /** Mean of error − oracle over the shares: the area under the sparsification error, in target units; 0 is best. */
  readonly ause: number;
  /** AUSE over the error of all examples, as Ilg et al. 2018 scale it; `undefined` where that error is 0. */
  readonly relativeAuse: number | undefined;
}

/**
 * The sparsification curve of one target (Ilg et al. 2018, section 5). Examples of equal uncertainty cannot be told apart
 * and share their errors (of RMSE: their squares), so the curve does not depend on their order, and one uncertainty for
 * all gives a flat one.
 * @param residual [N]
 * @param uncertainty [N]
 * @throws UserError for lists of different lengths, or none.
 * @example
 * const { residual, standardDeviation } = judgedRegression; // of one target
 * if (standardDeviation) console.log(sparsification(residual, standardDeviation, "rmse"));
 */
export function sparsification(
  residual: ArrayLike<number>,
  uncertainty: ArrayLike<number>,
  measure: SparsificationError,
): Sparsification {
  const examples = residual.length;
  if (examples === 0 || uncertainty.length !== examples)
    throw new UserError(`sparsification: ${examples} errors and ${uncertainty.length} uncertainties; give one each`);
  const losses = Float64Array.from(residual, measure === "rmse" ? (value) => value ** 2 : Math.abs);
  const finish = measure === "rmse" ? Math.sqrt : (value: number) => value;
  const error = remaining(losses, Float64Array.from(uncertainty)).map(finish);
  const oracle = remaining(losses, losses).map(finish);
  const ause = error.reduce((sum, value, i) => sum + (value - oracle[i]), 0) / examples;
  return {
    removed: Float64Array.from({ length: examples }, (_, i) => i / examples),
    error,
    oracle,
    ause,
    relativeAuse: error[0] > 0 ? ause / error[0] : undefined,
  };
}

/** [N] mean loss of those that remain after 0, 1, …, N − 1 of the highest ranks are gone; equal ranks share their losses. */
function remaining(losses: Float64Array, rank: Float64Array): Float64Array {
  const order = orderBy(rank);
  const means = new Float64Array(losses.length);
  let kept = 0;
  for (let first = 0; first < order.length; ) {
    let last = first;
    let own = 0;
    for (; last < order.length && rank[order[last]] === rank[order[first]]; last++) own += losses[order[last]];
    const ties = last - first;
    for (let i = 1; i <= ties; i++) means[losses.length - first - i] = (kept + (own * i) / ties) / (first + i);
    kept += own;
    first = last;
  }
  return means;
}

/** The curve of each target, uncertainty its standard deviation. @throws UserError where there are none. */
export function sparsificationByTarget(judged: JudgedRegression, measure: SparsificationError): Sparsification[] {
  const { names, residual, standardDeviation } = judged;
  if (!standardDeviation) throw new UserError("sparsification needs standard deviations; these predictions have none");
  return names.map((_, target) =>
    sparsification(column(residual, target, names.length), column(standardDeviation, target, names.length), measure),
  );
}
