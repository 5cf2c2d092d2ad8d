import { numpy as np } from "@jax-js/jax";
import { UserError } from "../core/index.ts";
import type { Arrays, Mode, Model } from "../models/index.ts";
import { keep, tupleOf, withNoise } from "../models/internal.ts";

/** Where tuples arise: of images, or of hidden values behind the first layer, behind stage k, or of the features. */
export type AnchorAt = "input" | "stem" | `stage:${number}` | "features";

export const ANCHOR_AT = /^(input|stem|stage:[1-9]\d*|features)$/;

interface InputOnly {
  readonly anchorAt?: AnchorAt;
  readonly maskKeep?: number;
  readonly corruptReferencesEvery?: number;
  readonly tiedStart?: boolean;
}

/** @throws UserError for options that are about tuples of images where tuples are of hidden values. */
export function checkAnchorAt({ anchorAt = "input", maskKeep = 0, corruptReferencesEvery = 0, tiedStart }: InputOnly) {
  if (anchorAt === "input") return;
  const refuse = (field: string, why: string) =>
    new UserError(
      `method.${field}: ${why}, and with method.anchorAt ${anchorAt} tuples are of hidden values; leave one of them out`,
    );
  if (maskKeep > 0) throw refuse(`maskKeep ${maskKeep}`, "it keeps pixels of a masked reference");
  if (corruptReferencesEvery > 0)
    throw refuse(
      `corruptReferencesEvery ${corruptReferencesEvery}`,
      "it changes the image that stands beside the residual",
    );
  if (tiedStart) throw refuse("tiedStart", "it is about the first layer of a network for tuples of images");
}

/** Pairs [N, 2C, H, W] of references and images, for a network that makes the tuples itself; images alone in a batch's own order. */
export const pairs = (images: np.Array, references?: np.Array): np.Array =>
  references ? np.concatenate([references, images], 1) : images;

/** The network under pairs, whose references are masked where `maskReference`, [] or [N, 1, 1, 1], is 1. */
export function applyToPairs(
  model: Model,
  variables: readonly [params: Arrays, state: Arrays],
  shown: np.Array,
  maskReference: np.Array,
  mode: Mode,
) {
  return withNoise(model, { referenceKept: np.subtract(1, maskReference) }).apply(...variables, shown, mode);
}

/**
 * Logits [R, N, K] of the tuples [r, h − r] of hidden values for references [R, 1 or N, C, H, W]. What lies below the tuples sees
 * each image once, whatever the number of references.
 */
export function predictAtAnchorPoint(
  model: Model,
  params: Arrays,
  state: Arrays,
  images: np.Array,
  references: np.Array,
): np.Array {
  const { below, above } = model.anchorPoint!;
  const [count, sharing, ...imageShape] = references.shape;
  const [batch] = images.shape;
  const head = Object.fromEntries(model.head.map((name) => [name, params[name].ref]));
  const hidden = (of: np.Array) => {
    const { hidden: values, state: same } = below(keep(params), keep(state), of, "predict");
    for (const array of Object.values(same)) array.dispose();
    return values;
  };
  const ofImages = hidden(images);
  const ofReferences = hidden(np.reshape(references, [count * sharing, ...imageShape]));
  const [, ...shape] = ofImages.shape;
  /** [1 or R, 1 or N, …] → [R × N, …] */
  const ofEach = (hidden: np.Array, first: number, second: number) =>
    np.reshape(np.broadcastTo(np.reshape(hidden, [first, second, ...shape]), [count, batch, ...shape]), [
      count * batch,
      ...shape,
    ]);
  const tuples = tupleOf(ofEach(ofReferences, count, sharing), ofEach(ofImages, 1, batch));
  const { features, state: same } = above(params, state, tuples, "predict");
  for (const array of Object.values(same)) array.dispose();
  const logits = model.classify(head, features);
  return np.reshape(logits, [count, batch, logits.shape[1]]);
}
