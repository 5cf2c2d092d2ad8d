import { numpy as np } from "@jax-js/jax";
import type { Method } from "../../methods/index.ts";
import type { Arrays, Model } from "../../models/index.ts";
import type { RegressionOptions } from "../../tasks/index.ts";
import { logVariance, middleLevel } from "../../tasks/internal.ts";

/** What the exported function is fed: all but `numbers` or `images` is stored in the file. */
export interface RegressorInputs {
  /** [N, F] in the columns' own units. */
  readonly numbers?: np.Array;
  /** [F] the training mean as a sum of two float32: a mean far above the deviation would lose digits in one. */
  readonly input_mean?: np.Array;
  readonly input_mean_rest?: np.Array;
  /** [F] */
  readonly input_deviation?: np.Array;
  /** [M, F] B of the Fourier features, where there are any. */
  readonly fourier_directions?: np.Array;
  /** [N, H, W, C] pixels, 0 to 255. */
  readonly images?: np.Array;
  /** [1, C, 1, 1] pixels are normalised as scale · x + shift. */
  readonly pixel_scale?: np.Array;
  readonly pixel_shift?: np.Array;
  /** [R, 1, C, H, W], as the network is fed. */
  readonly references?: np.Array;
  /** [D] of the training targets. */
  readonly target_mean: np.Array;
  readonly target_deviation: np.Array;
  /** [D] by which conformal intervals are widened. */
  readonly conformal_margins?: np.Array;
  readonly params: Arrays;
  readonly state: Arrays;
}

export interface RegressorOptions extends Pick<RegressionOptions, "loss" | "levels"> {
  readonly model: Model;
  readonly method: Method;
  /** R; the spread over references needs two. */
  readonly references: number;
  /** What conformal intervals widen; `cqr`: which two of the levels. */
  readonly conformal?: { readonly method: "absolute" | "normalised" } | { readonly method: "cqr"; readonly pair: Pair };
}
type Pair = readonly [number, number];

/**
 * Traced: inputs to everything that an application asks for, in the targets' units, as `readRegressionOutputs` and
 * `combineRegression` have it. `mean` [N, D] over the R references, of quantiles the middle one; `standard_deviation`
 * [N, D], if R ≥ 2 or the likelihood is Gaussian, √(mean variance + variance of means, divisor R − 1); `quantiles`
 * [N, D, Q]; `lower` and `upper` [N, D] where conformal intervals are asked for.
 */
export const regressor =
  ({ model, method, references: count, loss, levels, conformal }: RegressorOptions) =>
  (fed: RegressorInputs): Arrays => {
    const { references, target_mean: center, target_deviation: scale, conformal_margins: margins } = fed;
    const outputs = method.predict(model, fed.params, fed.state, networkInputs(fed), references);
    const inUnits = (standardised: np.Array) => np.add(np.multiply(standardised, scale.ref), center.ref);
    const answer: Arrays = {};
    let means = outputs;
    let noise: np.Array | undefined;
    if (loss === "quantile") {
      const parts = np.split(outputs, levels.length, 2);
      means = parts[middleLevel(levels)].ref;
      answer.quantiles = np.stack(
        parts.map((part) => inUnits(np.mean(part, 0))),
        -1,
      );
    } else if (loss === "gaussian") {
      const [mean, raw] = np.split(outputs, 2, 2);
      means = mean;
      noise = np.mean(np.exp(logVariance(raw)), 0);
    }
    const deviation = deviationOf(count < 2 ? undefined : means.ref, count, noise);
    answer.mean = inUnits(np.mean(means, 0));
    if (deviation) answer.standard_deviation = np.multiply(deviation, scale.ref);
    scale.dispose();
    center.dispose();
    if (conformal) Object.assign(answer, widened(answer, margins!, conformal));
    return answer;
  };

/** [N, C, H, W] as the network is fed: standardised, and as Fourier features where it was trained on them. */
function networkInputs({ images, pixel_scale, pixel_shift, numbers, ...columns }: RegressorInputs): np.Array {
  if (images) return np.add(np.multiply(np.transpose(images, [0, 3, 1, 2]), pixel_scale!), pixel_shift!);
  const {
    input_mean: mean,
    input_mean_rest: rest,
    input_deviation: deviation,
    fourier_directions: directions,
  } = columns;
  const standardised = np.divide(np.subtract(np.subtract(numbers!, mean!), rest!), deviation!);
  const shown = directions ? fourierFeatures(standardised, directions) : standardised;
  return np.reshape(shown, [...shown.shape, 1, 1]);
}

/** x [N, F], B [M, F] → sin 2πBx, cos 2πBx [N, 2M]. */
function fourierFeatures(numbers: np.Array, directions: np.Array): np.Array {
  const angles = np.multiply(np.matmul(numbers, np.transpose(directions, [1, 0])), 2 * Math.PI);
  return np.concatenate([np.sin(angles.ref), np.cos(angles)], 1);
}

/** Means [R, N, D] and the variance of the noise [N, D] → [N, D]; `undefined` where there is neither. */
function deviationOf(means: np.Array | undefined, count: number, noise: np.Array | undefined): np.Array | undefined {
  if (!means) return noise && np.sqrt(noise);
  const centred = np.subtract(means.ref, np.mean(means, 0, { keepdims: true }));
  const spread = np.multiply(np.sum(np.square(centred), 0), 1 / (count - 1));
  return np.sqrt(noise ? np.add(spread, noise) : spread);
}

function widened(
  { mean, standard_deviation: deviation, quantiles }: Arrays,
  margins: np.Array,
  conformal: NonNullable<RegressorOptions["conformal"]>,
): Arrays {
  const width = conformal.method === "normalised" ? np.multiply(margins, deviation.ref) : margins;
  const [low, high] =
    conformal.method === "cqr"
      ? conformal.pair.map((level) => quantiles.ref.slice([], [], level))
      : [mean.ref, mean.ref];
  return { lower: np.subtract(low, width.ref), upper: np.add(high, width) };
}
