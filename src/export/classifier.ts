import { nn, numpy as np } from "@jax-js/jax";
import { knownScore, type VerdictGraph } from "../judge/internal.ts";
import type { Method } from "../methods/index.ts";
import type { Arrays, Model } from "../models/index.ts";
import { withFeatures } from "../models/internal.ts";
import type { Classification } from "../tasks/index.ts";

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
  /** Of the verdict, where there is one. */
  readonly verdict?: Arrays;
  readonly params: Arrays;
  readonly state: Arrays;
}

export interface ClassifierOptions {
  readonly model: Model;
  readonly method: Method<Classification>;
  /** Whether the answer is to tell known from foreign images. */
  readonly verdict?: VerdictGraph;
}

/**
 * Traced: pixels to everything that an application asks for: `logits` [N, K] and, under R ≥ 2 references, `uncertainty`
 * [N, K] as the task combines them (`classification`); `probabilities` [N, K] softmax(logits / temperature); `label` [N] the
 * first largest; `score` [N] the mean uncertainty over the classes (the score `reference-std` of `evaluate`), without it
 * 1 − largest probability, as the sum of the others: in float32 the difference is 0 for every sure image. With a verdict
 * the outputs of `knownScore` too.
 */
export const classifier =
  ({ model, method, verdict }: ClassifierOptions) =>
  (fed: ClassifierInputs): Arrays => {
    const { images, pixel_scale, pixel_shift, temperature, references, output_anchor, params, state } = fed;
    const pixels = np.transpose(images, [0, 3, 1, 2]);
    const normalised = np.add(np.multiply(pixels, pixel_scale), pixel_shift);
    const joined = method.predict(verdict ? withFeatures(model) : model, params, state, normalised, references);
    const [outputs, features] = verdict ? parted(joined, model.featureCount) : [joined];
    const by: Arrays = output_anchor ? { outputAnchor: output_anchor } : {};
    const { logits, uncertainty } = method.task.combine(outputs, by);
    const known = verdict ? knownScore(verdict, logits.ref, np.mean(features!, 0), fed.verdict!) : {};
    const probabilities = nn.softmax(np.divide(logits.ref, temperature), -1);
    const label = np.argmax(logits.ref, -1);
    const answer = { logits, probabilities: probabilities.ref, label: label.ref };
    if (!uncertainty) {
      const classes = np.arange(0, probabilities.shape[1], 1, { dtype: np.int32 });
      const isOther = np.notEqual(np.expandDims(label, -1), classes);
      return { ...answer, score: np.sum(np.where(isOther, probabilities, 0), -1), ...known };
    }
    label.dispose();
    probabilities.dispose();
    return { ...answer, uncertainty: uncertainty.ref, score: np.mean(uncertainty, -1), ...known };
  };

/** Logits [R, N, K] and features [R, N, D] of rows that hold both. */
function parted(joined: np.Array, features: number): [np.Array, np.Array] {
  const [logits, own] = np.split(joined, [joined.shape[2] - features], 2);
  return [logits, own];
}
