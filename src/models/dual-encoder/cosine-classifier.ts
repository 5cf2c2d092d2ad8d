import { numpy as np } from "@jax-js/jax";
import { variables } from "../layers/variables.ts";
import type { Model } from "../model.ts";
import { composed } from "../model-of.ts";

/** Name of the weight [K, d], as wise-ft calls it. */
export const CLASSIFICATION_HEAD = "classification_head.weight";

/** What cosines are multiplied by at first, in CLIP's training (Radford et al. 2021, section 2.5). */
export const FIRST_SCALE = 1 / 0.07;

/**
 * Traced: points [N, d] divided by their lengths.
 * @example
 * const points = ofUnitLength(np.array([[3, 4]])); // [[0.6, 0.8]]
 */
export function ofUnitLength(points: np.Array): np.Array {
  const length = np.sqrt(np.sum(np.square(points.ref), -1, { keepdims: true }));
  return np.divide(points, length);
}

/**
 * A classifier over an image tower (Radford et al., ICML 2021, section 3.1.2): its features are the tower's embeddings [N, d],
 * divided by their lengths, its logits their products with `classification_head.weight` [K, d]. Zero-shot, a row is the class's
 * text embedding of length 1 times exp(logit scale), as FLYP has it (Goyal et al., CVPR 2023); rows that are drawn have about
 * the length that exp(logit scale) has before CLIP's training.
 * @throws TypeError for a tower that is anchored at hidden values
 * @example
 * const { model: tower } = createDualEncoder("resnet20", { embedding: 64 }).image;
 * const classifier = cosineClassifier(tower, 10, 64); // images [N, 3, 32, 32] → logits [N, 10]
 */
export function cosineClassifier(tower: Model, classes: number, embedding: number): Model {
  const { anchorPoint, members: _members, logitScale: _scale, ...rest } = tower;
  if (anchorPoint) throw new TypeError(`${tower.name}: an image tower can be anchored at input alone`);
  const std = FIRST_SCALE / Math.sqrt(embedding);
  const head = variables([
    { name: CLASSIFICATION_HEAD, shape: [classes, embedding], start: (random) => std * random.normal() },
  ]);
  return composed({
    ...rest,
    init(random) {
      const { params, state } = tower.init(random);
      const all = { ...params };
      head.init(random, all, {});
      return { params: all, state };
    },
    shapes() {
      const { params, state } = tower.shapes();
      return { params: { ...params, ...head.shapes.params }, state };
    },
    head: [CLASSIFICATION_HEAD],
    featureCount: embedding,
    encode(params, state, stemmed, mode, noise) {
      const { logits, state: moved } = tower.trunk(params, state, stemmed, mode, noise);
      return { features: ofUnitLength(logits), state: moved };
    },
    classify: (params, features) => np.matmul(features, np.transpose(params[CLASSIFICATION_HEAD], [1, 0])),
  });
}
