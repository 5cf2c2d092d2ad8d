import { nn, numpy as np } from "@jax-js/jax";
import type { Method } from "../methods/index.ts";
import type { Arrays, Model } from "../models/index.ts";

/** What the exported function is fed: all but `images` is stored in the file. */
export interface ClassifierInputs {
  /** [N, H, W, C] pixels, 0 to 255. */
  readonly images: np.Array;
  /** [1, C, 1, 1] pixels are normalised as scale · x + shift. */
  readonly pixel_scale: np.Array;
  readonly pixel_shift: np.Array;
  /** [] */
  readonly temperature: np.Array;
  /** [R, 1, C, H, W], normalised. */
  readonly references?: np.Array;
  /** [K], for outputs that are read relative to a fixed anchor. */
  readonly output_anchor?: np.Array;
  readonly params: Arrays;
  readonly state: Arrays;
}

export interface ClassifierOptions {
  readonly model: Model;
  readonly method: Method;
  /** R; the spread over references needs two. */
  readonly references: number;
  /** Traced: outputs [R, N, K] → logits of that shape, where a method's outputs are none. */
  readonly read?: (outputs: np.Array, anchor?: np.Array) => np.Array;
}

/**
 * Traced: pixels to everything that an application asks for. With z [R, N, K] the logits under R references:
 * `logits` [N, K] mean of z over R; `probabilities` [N, K] softmax(logits / temperature); `label` [N] the first largest;
 * `uncertainty` [N, K], if R ≥ 2, the std over R (divisor R − 1) of sigmoid(z), as `combineReferences` has it;
 * `score` [N] its mean over the classes (the score `reference-std` of `evaluate`), with fewer references
 * 1 − largest probability, as the sum of the others: in float32 the difference is 0 for every sure image.
 */
export const classifier =
  ({ model, method, references: count, read = (outputs) => outputs }: ClassifierOptions) =>
  (fed: ClassifierInputs): Arrays => {
    const { images, pixel_scale, pixel_shift, temperature, references, output_anchor, params, state } = fed;
    const pixels = np.transpose(images, [0, 3, 1, 2]);
    const normalised = np.add(np.multiply(pixels, pixel_scale), pixel_shift);
    const byReference = read(method.predict(model, params, state, normalised, references), output_anchor);
    const logits = np.mean(byReference.ref, 0);
    const probabilities = nn.softmax(np.divide(logits.ref, temperature), -1);
    const label = np.argmax(logits.ref, -1);
    const answer = { logits, probabilities: probabilities.ref, label: label.ref };
    if (count < 2) {
      byReference.dispose();
      const classes = np.arange(0, probabilities.shape[1], 1, { dtype: np.int32 });
      const isOther = np.notEqual(np.expandDims(label, -1), classes);
      return { ...answer, score: np.sum(np.where(isOther, probabilities, 0), -1) };
    }
    label.dispose();
    probabilities.dispose();
    const sigmoids = nn.sigmoid(byReference);
    const centred = np.subtract(sigmoids.ref, np.mean(sigmoids, 0, { keepdims: true }));
    const variance = np.multiply(np.sum(np.square(centred), 0), 1 / (count - 1));
    const uncertainty = np.sqrt(variance);
    return { ...answer, uncertainty: uncertainty.ref, score: np.mean(uncertainty, -1) };
  };
