import { numpy as np } from "@jax-js/jax";
import type { Method } from "../../methods/index.ts";
import { type Arrays, type DualEncoder, ofUnitLength } from "../../models/index.ts";

/** What images are shown as, beside the image tower's variables. */
export interface ShownImages {
  /** [N, C, H, W], normalised. */
  readonly images: np.Array;
  /** [R, 1, C, H, W], normalised; of anchored ones. */
  readonly references?: np.Array;
}

/**
 * Traced: images → `points` [N, d] of length 1. Under R references an image has R of them, whose mean is brought to length 1;
 * `agreement` [N], 0 to 1, is the length that the mean had, 1 where all are the same. The mean over R of what a classifier of class
 * points says of an image - its logits, as `combineReferences` takes them - is scale · agreement · cosine.
 * @returns `agreement` where there are several references
 */
export const imagePoints =
  ({ image: { model } }: DualEncoder, method: Method) =>
  ({ params, state }: Readonly<Record<"params" | "state", Arrays>>, { images, references }: ShownImages): Arrays => {
    const each = ofUnitLength(method.predict(model, params, state, images, references));
    const mean = np.mean(each, 0);
    if ((references?.shape[0] ?? 1) === 1) return { points: mean };
    const agreement = np.sqrt(np.sum(np.square(mean.ref), -1, { keepdims: true }));
    return { points: np.divide(mean, agreement.ref), agreement: np.squeeze(agreement, -1) };
  };
