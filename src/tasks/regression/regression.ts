import { lax, numpy as np } from "@jax-js/jax";
import { UserError } from "../../core/index.ts";
import type { Arrays } from "../../models/index.ts";
import type { Learnt, Task } from "../task.ts";
import { varianceOf } from "../variance.ts";
import { absolute, gaussian, logVariance, pinball, squared } from "./losses.ts";
import type { RegressionOptions } from "./options.ts";
import { middleLevel, regressionOutputCount } from "./read-outputs.ts";

/** What a regression answers on a validation set. */
export interface ValidatedRegression {
  /** What is minimised, of the outputs on standardised targets. */
  readonly minimised: number;
  /** [N × D] predictions and targets in the targets' units. */
  readonly mean: Float64Array;
  readonly targets: Float64Array;
}

/**
 * The task of learning numbers; T = D targets, standardised by the training set. Its truth are the targets [N, D] as they
 * are before masking, its sum is `absoluteError`, in standard deviations. `combine` reads outputs by `targetMean` and `targetDeviation`
 * [D] in the targets' units, as `readRegressionOutputs` and `combineRegression` have it: `mean` [N, D] over R references, of
 * quantiles the middle one; `standardDeviation` [N, D], if R ≥ 2 or the likelihood is Gaussian, √(mean variance + variance
 * of means, divisor R − 1); `quantiles` [N, D, Q].
 * @throws UserError for levels that do not rise
 * @example createMethod({ name: "standard" }, regression({ loss: "gaussian", levels: [] }));
 */
export function regression({
  loss: minimises,
  levels,
}: Pick<RegressionOptions, "loss" | "levels">): Task<ValidatedRegression> {
  if (levels.some((level, i) => i > 0 && level <= levels[i - 1]))
    throw new UserError(`task.levels ${levels.join(", ")}: quantiles rise; e.g. 0.05, 0.5, 0.95`);
  const minimised = { squared, l1: absolute, gaussian, quantile: pinball(levels) }[minimises];
  return {
    name: "regression",
    minimises,
    couples: false,
    warmStartEpochs: 0,
    outputCount: (targets) => regressionOutputCount({ loss: minimises, levels }, targets),
    // The training targets' mean, for they are standardised.
    neutral: () => 0,
    loss({ outputs }, { targets, truth }): Learnt {
      if (!truth) return { loss: minimised(outputs, targets), sums: {} };
      const { mean, logarithm, quantiles = [] } = partsOf(lax.stopGradient(outputs.ref));
      for (const unused of [logarithm, ...quantiles]) unused?.dispose();
      const errors = np.mean(np.abs(np.subtract(mean, truth)), 1);
      return { loss: minimised(outputs, targets), sums: { absoluteError: np.sum(errors) } };
    },
    means: ({ absoluteError }, examples) =>
      absoluteError === undefined ? {} : { absoluteError: absoluteError / examples },
    combine(outputs, { targetMean: center, targetDeviation: scale }) {
      const [count] = outputs.shape;
      const { mean: means, logarithm, quantiles } = partsOf(outputs);
      const inUnits = (standardised: np.Array) => np.add(np.multiply(standardised, scale.ref), center.ref);
      const noise = logarithm && np.mean(np.exp(logarithm), 0);
      const deviation = deviationOf(count < 2 ? undefined : means.ref, noise);
      const answer: Arrays = {};
      if (quantiles)
        answer.quantiles = np.stack(
          quantiles.map((part) => inUnits(np.mean(part, 0))),
          -1,
        );
      answer.mean = inUnits(np.mean(means, 0));
      if (deviation) answer.standardDeviation = np.multiply(deviation, scale.ref);
      scale.dispose();
      center.dispose();
      return answer;
    },
    score({ minimised, mean, targets }) {
      const squares = mean.reduce((sum, value, i) => sum + (value - targets[i]) ** 2, 0);
      return { validationLoss: minimised, validationRmse: Math.sqrt(squares / mean.length) };
    },
  };

  /** Outputs [..., O] → means [..., D], and what else the loss makes of them. */
  function partsOf(outputs: np.Array): { mean: np.Array; logarithm?: np.Array; quantiles?: np.Array[] } {
    const last = outputs.ndim - 1;
    if (minimises === "quantile") {
      const quantiles = np.split(outputs, levels.length, last);
      return { mean: quantiles[middleLevel(levels)].ref, quantiles };
    }
    if (minimises !== "gaussian") return { mean: outputs };
    const [mean, raw] = np.split(outputs, 2, last);
    return { mean, logarithm: logVariance(raw) };
  }
}

/** Means [R, N, D] and the variance of the noise [N, D] → [N, D]; `undefined` where there is neither. */
function deviationOf(means: np.Array | undefined, noise: np.Array | undefined): np.Array | undefined {
  if (!means) return noise && np.sqrt(noise);
  const spread = varianceOf(means);
  return np.sqrt(noise ? np.add(spread, noise) : spread);
}
