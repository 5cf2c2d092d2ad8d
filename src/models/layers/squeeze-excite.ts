import { nn, numpy as np } from "@jax-js/jax";
import { HostArray } from "../../core/index.ts";
import type { Layer } from "./layer.ts";

/**
 * Squeeze-and-excitation (Hu et al. 2018, section 3): [N, C, H, W] times a factor for each channel, read from the means
 * of all. As timm's, two 1×1 convolutions with biases: `name.fc1.weight` [S, C, 1, 1], ReLU, `name.fc2.weight` [C, S, 1, 1].
 */
export function squeezeExcite(name: string, channels: number, squeezed: number): Layer {
  return {
    init(random, params) {
      for (const [part, outputs, inputs] of [
        ["fc1", squeezed, channels],
        ["fc2", channels, squeezed],
      ] as const) {
        const weight = HostArray.zeros([outputs, inputs, 1, 1]);
        const std = Math.sqrt(2 / outputs);
        for (let i = 0; i < weight.data.length; i++) weight.data[i] = std * random.normal();
        params[`${name}.${part}.weight`] = weight;
        params[`${name}.${part}.bias`] = HostArray.zeros([outputs]);
      }
    },
    apply({ params }, x) {
      const affine = (rows: np.Array, part: string, outputs: number, inputs: number) => {
        const weight = np.reshape(params[`${name}.${part}.weight`], [outputs, inputs]);
        return np.add(np.matmul(rows, np.transpose(weight, [1, 0])), params[`${name}.${part}.bias`]);
      };
      const hidden = nn.relu(affine(np.mean(x.ref, [2, 3]), "fc1", squeezed, channels));
      const factors = nn.sigmoid(affine(hidden, "fc2", channels, squeezed));
      return np.multiply(x, np.reshape(factors, [-1, channels, 1, 1]));
    },
  };
}
