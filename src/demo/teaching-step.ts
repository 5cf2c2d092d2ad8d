import { numpy as np } from "@jax-js/jax";
import { HostArray, type HostArrays } from "../core/index.ts";
import { createMethod } from "../methods/index.ts";
import type { Model } from "../models/index.ts";
import { createOptimizer } from "../optim/index.ts";
import { trainStep } from "../train/index.ts";
import type { NamedShape } from "../web/manifest.ts";

/** A classifier alone, for frozen features: images are rows [N, F]. */
const linearClassifier: Model = {
  name: "linear",
  stemWeight: "weight",
  init: () => ({ params: {}, state: {} }),
  stem: (_params, features) => features,
  trunk: ({ weight, bias }, state, features) => ({
    logits: np.add(np.matmul(features, np.transpose(weight, [1, 0])), bias),
    state,
  }),
  apply(params, state, features, mode) {
    return this.trunk(params, state, features, mode);
  },
};

/** Plain gradients: what the classifier knows already has small ones, and stays where it is. */
const optimizer = createOptimizer({
  name: "sgd",
  momentum: 0.9,
  nesterov: true,
  weightDecay: 0,
  decayNormsAndBiases: false,
});

interface TeachingStep {
  /** To trace. */
  readonly step: (...args: any[]) => unknown;
  /** Arguments of its shapes. */
  readonly example: readonly unknown[];
}

/** The training step of a linear classifier of features [B, F] into K classes. */
export function teachingStep(sizes: { batchSize: number; features: number; classes: number }): TeachingStep {
  const { batchSize, features, classes } = sizes;
  const params = { weight: HostArray.zeros([classes, features]), bias: HostArray.zeros([classes]) } as HostArrays;
  const fed = { images: HostArray.zeros([batchSize, features]), targets: HostArray.zeros([batchSize, classes]) };
  const example = [
    { params, state: {}, slots: optimizer.init(params) },
    fed,
    { learningRate: HostArray.scalar(0) },
  ] as const;
  return { step: trainStep(linearClassifier, createMethod({ name: "standard" }), optimizer), example };
}

/** The arrays of a tree by their paths, in the order in which a program takes them. */
export function namedShapes(tree: unknown, path = ""): NamedShape[] {
  if (tree instanceof HostArray) return [{ path, shape: tree.shape }];
  return Object.entries(tree as object).flatMap(([key, value]) => namedShapes(value, path ? `${path}.${key}` : key));
}
