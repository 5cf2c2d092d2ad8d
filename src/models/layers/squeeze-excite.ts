import { nn, numpy as np } from "@jax-js/jax";
import type { Random } from "../../core/index.ts";
import type { Layer } from "./layer.ts";
import { type VariableSpec, variables } from "./variables.ts";

/**
 * Squeeze-and-excitation (Hu et al. 2018, section 3): [N, C, H, W] times a factor for each channel, read from the means
 * of all. As timm's, two 1×1 convolutions with biases: `name.fc1.weight` [S, C, 1, 1], ReLU, `name.fc2.weight` [C, S, 1, 1].
 * @param activation in place of ReLU
 * @example
 * const layer = squeezeExcite("se", 64, 16);
 * const y = layer.apply(scope, x); // [N, 64, H, W] → the same
 */
export function squeezeExcite(
  name: string,
  channels: number,
  squeezed: number,
  activation: (x: np.Array) => np.Array = nn.relu,
): Layer {
  const convolution = (part: string, outputs: number, inputs: number): VariableSpec[] => {
    const std = Math.sqrt(2 / outputs);
    const start = (random: Random) => std * random.normal();
    return [
      { name: `${name}.${part}.weight`, shape: [outputs, inputs, 1, 1], start },
      { name: `${name}.${part}.bias`, shape: [outputs], role: "bias" },
    ];
  };
  return {
    ...variables([...convolution("fc1", squeezed, channels), ...convolution("fc2", channels, squeezed)]),
    apply({ params }, x) {
      const affine = (rows: np.Array, part: string, outputs: number, inputs: number) => {
        const weight = np.reshape(params[`${name}.${part}.weight`], [outputs, inputs]);
        return np.add(np.matmul(rows, np.transpose(weight, [1, 0])), params[`${name}.${part}.bias`]);
      };
      const hidden = activation(affine(np.mean(x.ref, [2, 3]), "fc1", squeezed, channels));
      const factors = nn.sigmoid(affine(hidden, "fc2", channels, squeezed));
      return np.multiply(x, np.reshape(factors, [-1, channels, 1, 1]));
    },
  };
}
