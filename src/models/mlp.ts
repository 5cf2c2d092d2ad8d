import { nn, numpy as np } from "@jax-js/jax";
import { tuplePlace } from "./anchor-point.ts";
import { dropout, noiseOf } from "./layers/drop.ts";
import { linear } from "./layers/linear.ts";
import type { Model, ModelOptions } from "./model.ts";
import { modelOf, type Step } from "./model-of.ts";

export interface MlpVariant {
  /** Features of each hidden layer. */
  readonly width: number;
  /** Hidden layers, at least 1. */
  readonly depth: number;
}

/** Four hidden layers of 128, as PAGER's for tables (Thiagarajan et al., ICML 2024). */
export const mlp128x4 = (options: ModelOptions): Model => mlp("mlp", { width: 128, depth: 4 }, options);

/**
 * A multilayer perceptron with ReLU: `fc1`, …, `head`, weights as PyTorch's `Linear` starts them. A row of a table is a map
 * [F, 1, 1], a channel for each of its F columns; an image is flattened, channel by channel. Dropout follows every hidden layer.
 * @example
 * const model = mlp("tiny-mlp", { width: 32, depth: 2 }, { inputChannels: 1, classes: 10, imageSize: 28 });
 */
export function mlp(
  name: string,
  { width, depth }: MlpVariant,
  { inputChannels, classes, imageSize = 32, dropout: rate = 0, anchorAt }: ModelOptions,
): Model {
  const tuples = tuplePlace(name, { inputChannels, anchorAt }, { steps: depth });
  const inputs = inputChannels * imageSize * imageSize;
  const hidden = Array.from({ length: depth }, (_, i) =>
    linear(`fc${i + 1}`, i === 0 ? inputs : tuples.inputs(i, width), width),
  );
  const drops = hidden.map((_, i) => dropout(`fc${i + 1}_drop`, rate, width));
  const head = linear("head", tuples.inputs(depth, width), classes);
  return modelOf({
    name,
    stemWeight: "fc1.weight",
    noise: noiseOf(drops),
    layers: hidden,
    head,
    stem: ({ "fc1.weight": weight }, images) =>
      np.matmul(np.reshape(images, [images.shape[0], weight.shape[1]]), np.transpose(weight, [1, 0])),
    steps: hidden.map(
      (layer, i): Step =>
        (scope, x) =>
          drops[i].apply(scope, nn.relu(i === 0 ? np.add(x, scope.params["fc1.bias"]) : layer.apply(scope, x))),
    ),
    tuples,
  });
}
