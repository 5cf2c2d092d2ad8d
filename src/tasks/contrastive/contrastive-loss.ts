import { nn, numpy as np } from "@jax-js/jax";

/**
 * What other pairs of an image's own class are to it: `negative`, as any other pair (Radford et al. 2021; FLYP, Goyal et al. 2023);
 * `positive`, as good as its own (SupCon, Khosla et al. 2020); `ignored`, neither.
 * @example
 * console.log(sameClassRules.join(" | "));
 */
export const sameClassRules = ["negative", "positive", "ignored"] as const;
export type SameClass = (typeof sameClassRules)[number];

/** Points of N images and of the N texts that belong to them. */
export interface ContrastedPairs {
  /** [N, d], of length 1. */
  readonly image: np.Array;
  /** [N, d], of length 1. */
  readonly text: np.Array;
  /** [], what cosines are multiplied by: the exponential of the logit scale. */
  readonly scale: np.Array;
}

/**
 * Traced: CLIP's symmetric loss, a scalar: the mean of the cross-entropies of each image among the texts and of each text among the
 * images, whose logits are scaled cosines. Consumes its arguments. With `positive`, targets are shared equally by the pairs of a
 * class.
 * @param classes int32 [N], of each pair; only rules other than `negative` ask for them
 * @throws TypeError where a rule lacks its classes
 * @example
 * const [image, text] = [np.eye(4), np.eye(4)];
 * const loss = contrastiveLoss({ image, text, scale: np.array(10) }, "positive", np.array([0, 0, 1, 2], { dtype: np.int32 }));
 */
export function contrastiveLoss(
  { image, text, scale }: ContrastedPairs,
  sameClass: SameClass = "negative",
  classes?: np.Array,
): np.Array {
  const count = image.shape[0];
  if (sameClass !== "negative" && !classes)
    throw new TypeError(`contrastiveLoss: sameClass ${sameClass} needs the classes of the pairs`);
  const logits = np.multiply(np.matmul(image, np.transpose(text, [1, 0])), scale);
  if (sameClass === "negative" || !classes) return symmetric(logits, np.eye(count));
  const same = np.equal(np.reshape(classes.ref, [count, 1]), np.reshape(classes, [1, count]));
  if (sameClass === "positive") {
    const shared = np.where(same, 1, 0);
    return symmetric(logits, np.divide(shared.ref, np.sum(shared, 1, { keepdims: true })));
  }
  const others = np.logicalAnd(same, np.equal(np.eye(count), 0));
  return symmetric(np.where(others, Number.NEGATIVE_INFINITY, logits), np.eye(count));
}

/** The mean over both directions of −Σ target · log softmax, of symmetric targets [N, N]; a target of 0 asks for nothing. */
function symmetric(logits: np.Array, targets: np.Array): np.Array {
  const count = logits.shape[0];
  const both = np.add(nn.logSoftmax(logits.ref, 1), nn.logSoftmax(logits, 0));
  // Not the product alone: 0 times −∞ is no number.
  const counted = np.where(np.greater(targets.ref, 0), both, 0);
  return np.divide(np.sum(np.multiply(counted, targets)), -2 * count);
}
