import { numpy as np } from "@jax-js/jax";
import { HostArray } from "../../core/index.ts";
import type { Layer } from "./layer.ts";

export interface LinearOptions {
  /** Standard deviation of normal weights, with biases 0; without it PyTorch's default, see below. */
  readonly std?: number;
  /** Default true. */
  readonly bias?: boolean;
}

/**
 * [..., I] → [..., O], weight `name.weight` [O, I], `name.bias` [O]. Init: both uniform in ±1/√I, PyTorch's `Linear`.
 */
export function linear(name: string, inputs: number, outputs: number, { std, bias = true }: LinearOptions = {}): Layer {
  return {
    init(random, params) {
      const bound = 1 / Math.sqrt(inputs);
      const uniform = () => bound * (2 * random.uniform() - 1);
      const drawn = (shape: number[], draw: () => number) => {
        const array = HostArray.zeros(shape);
        for (let i = 0; i < array.data.length; i++) array.data[i] = draw();
        return array;
      };
      params[`${name}.weight`] = drawn([outputs, inputs], std === undefined ? uniform : () => std * random.normal());
      if (bias) params[`${name}.bias`] = std === undefined ? drawn([outputs], uniform) : HostArray.zeros([outputs]);
    },
    apply({ params }, x) {
      const lead = x.shape.slice(0, -1);
      // Rows of one matrix, whatever they stand for: the weight's gradient is then one matrix product too.
      const rows = lead.length === 1 ? x : np.reshape(x, [-1, inputs]);
      const product = np.matmul(rows, np.transpose(params[`${name}.weight`], [1, 0]));
      const y = bias ? np.add(product, params[`${name}.bias`]) : product;
      return lead.length === 1 ? y : np.reshape(y, [...lead, outputs]);
    },
  };
}
