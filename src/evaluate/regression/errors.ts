import type { JudgedRegression } from "./judged.ts";
import { type PerTarget, perTarget } from "./per-target.ts";

/** For each target: the mean of `term` over the examples, then `finish`. */
const meanOf = (
  { examples, names, residual }: JudgedRegression,
  term: (residual: number) => number,
  finish: (mean: number) => number,
): PerTarget =>
  perTarget(
    names.map((_, target) => {
      let sum = 0;
      for (let i = target; i < residual.length; i += names.length) sum += term(residual[i]);
      return finish(sum / examples);
    }),
  );

/**
 * Root mean square error, in each target's units; the mean over targets has a meaning where they share one.
 * @example
 * rmse(judgedRegression).byTarget; // in the units of each target
 */
export const rmse = (judged: JudgedRegression): PerTarget => meanOf(judged, (residual) => residual ** 2, Math.sqrt);

/**
 * Mean absolute error, in each target's units.
 * @example
 * mae(judgedRegression).byTarget; // in the units of each target
 */
export const mae = (judged: JudgedRegression): PerTarget => meanOf(judged, Math.abs, (mean) => mean);

export interface R2 extends PerTarget {
  /** Names of the targets that have one value in all examples: nothing is there to explain. */
  readonly constantTargets: readonly string[];
}

/**
 * R² = 1 − Σ(y − μ)² / Σ(y − ȳ)², with ȳ of these very examples. A constant target has none and is named; it is left out
 * of the mean over targets (`uniform_average` of scikit-learn, which counts it as 0 or 1).
 * @example
 * r2(judgedRegression).byTarget; // 1 is perfect, 0 as good as the mean
 */
export function r2({ examples, names, targets, residual }: JudgedRegression): R2 {
  const constantTargets: string[] = [];
  const byTarget = names.map((name, target) => {
    let [sum, isConstant] = [0, true];
    for (let i = target; i < targets.length; i += names.length) {
      sum += targets[i];
      isConstant &&= targets[i] === targets[target];
    }
    if (isConstant) {
      constantTargets.push(name);
      return undefined;
    }
    let [unexplained, all] = [0, 0];
    for (let i = target; i < targets.length; i += names.length) {
      unexplained += residual[i] ** 2;
      all += (targets[i] - sum / examples) ** 2;
    }
    return 1 - unexplained / all;
  });
  return { ...perTarget(byTarget), constantTargets };
}
