import { numpy as np } from "@jax-js/jax";
import type { Method } from "../../methods/index.ts";
import type { Arrays, Model } from "../../models/index.ts";

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

export interface RegressorOptions {
  readonly model: Model;
  readonly method: Method;
  /** What conformal intervals widen; `cqr`: which two of the levels. */
  readonly conformal?: { readonly method: "absolute" | "normalised" } | { readonly method: "cqr"; readonly pair: Pair };
}
type Pair = readonly [number, number];

/**
 * Traced: inputs to everything that an application asks for, in the targets' units: `mean`, `standard_deviation` and
 * `quantiles` as the task combines them (`regression`), `lower` and `upper` [N, D] where conformal intervals are asked for.
 */
export const regressor =
  ({ model, method, conformal }: RegressorOptions) =>
  (fed: RegressorInputs): Arrays => {
    const { references, target_mean, target_deviation, conformal_margins: margins } = fed;
    const outputs = method.predict(model, fed.params, fed.state, networkInputs(fed), references);
    const by = { targetMean: target_mean, targetDeviation: target_deviation };
    const { mean, standardDeviation, quantiles } = method.task.combine(outputs, by);
    const answer: Arrays = {
      ...(quantiles && { quantiles }),
      mean,
      ...(standardDeviation && { standard_deviation: standardDeviation }),
    };
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
