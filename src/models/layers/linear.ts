import { numpy as np } from "@jax-js/jax";
import { HostArray } from "../../core/index.ts";
import type { Layer } from "./layer.ts";

/**
 * [N, I] → [N, O], weight `name.weight` [O, I], `name.bias` [O]. Init: both uniform in ±1/√I, PyTorch's `Linear`.
 */
export function linear(name: string, inputs: number, outputs: number): Layer {
  return {
    init(random, params) {
      const bound = 1 / Math.sqrt(inputs);
      const uniform = (shape: number[]) => {
        const array = HostArray.zeros(shape);
        for (let i = 0; i < array.data.length; i++) array.data[i] = bound * (2 * random.uniform() - 1);
        return array;
      };
      params[`${name}.weight`] = uniform([outputs, inputs]);
      params[`${name}.bias`] = uniform([outputs]);
    },
    apply: ({ params }, x) =>
      np.add(np.matmul(x, np.transpose(params[`${name}.weight`], [1, 0])), params[`${name}.bias`]),
  };
}
