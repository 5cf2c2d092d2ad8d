import { numpy as np } from "@jax-js/jax";
import { type Fed, HostArray, Random } from "../core/index.ts";
import { createMethod } from "../methods/index.ts";
import { type Model, modelOf, variables } from "../models/index.ts";
import { createOptimizer } from "../optim/index.ts";
import { lossOf, trainStep } from "../train/internal.ts";
import type { NamedShape } from "../web/manifest.ts";

/** A classifier alone, for frozen features: images are rows [N, F]. The page knows its parameters by these names. */
const linearClassifier = (features: number, classes: number): Model =>
  modelOf({
    name: "linear",
    stemWeight: "weight",
    layers: [],
    head: {
      ...variables([
        { name: "weight", shape: [classes, features] },
        { name: "bias", shape: [classes], role: "bias" },
      ]),
      apply: ({ params: { weight, bias } }, x) => np.add(np.matmul(x, np.transpose(weight, [1, 0])), bias),
    },
    stem: (_params, features) => features,
    steps: [],
  });

/** Plain gradients: what the classifier knows already has small ones, and stays where it is. */
const SGD = { name: "sgd", momentum: 0.9, nesterov: true, weightDecay: 0, decayNormsAndBiases: false } as const;

interface TeachingStep {
  /** To trace. */
  readonly step: (...args: any[]) => unknown;
  /** Arguments of its shapes. */
  readonly example: readonly unknown[];
}

/** The training step of a linear classifier of features [B, F] into K classes. */
export function teachingStep(sizes: { batchSize: number; features: number; classes: number }): TeachingStep {
  const { batchSize, features, classes } = sizes;
  const model = linearClassifier(features, classes);
  const optimizer = createOptimizer(SGD, model);
  const { params } = model.init(new Random("classifier"));
  const fed: Fed = {
    rows: {
      inputs: { images: HostArray.zeros([batchSize, features]) },
      targets: { targets: HostArray.zeros([batchSize, classes]), truth: HostArray.zeros([batchSize]) },
      noise: {},
    },
    shared: {},
  };
  const example = [
    { params, state: {}, slots: optimizer.init(params) },
    fed,
    { learningRate: HostArray.scalar(0) },
  ] as const;
  return { step: trainStep(lossOf(model, createMethod({ name: "standard" })), optimizer), example };
}

/** The arrays of a tree by their paths, in the order in which a program takes them. */
export function namedShapes(tree: unknown, path = ""): NamedShape[] {
  if (tree instanceof HostArray) return [{ path, shape: tree.shape }];
  return Object.entries(tree as object).flatMap(([key, value]) => namedShapes(value, path ? `${path}.${key}` : key));
}
