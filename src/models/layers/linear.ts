import { numpy as np } from "@jax-js/jax";
import type { Random } from "../../core/index.ts";
import type { Layer } from "./layer.ts";
import { type VariableSpec, variables } from "./variables.ts";

export interface LinearOptions {
  /** Standard deviation of normal weights, with biases 0; without it PyTorch's default, see below. */
  readonly std?: number;
  /** Default true. */
  readonly bias?: boolean;
}

/**
 * [..., I] → [..., O], weight `name.weight` [O, I], `name.bias` [O]. Init: both uniform in ±1/√I, PyTorch's `Linear`.
 * @example
 * const head = linear("fc", 512, 10);
 * const logits = head.apply(scope, x); // [N, 512] → [N, 10]
 */
export function linear(name: string, inputs: number, outputs: number, { std, bias = true }: LinearOptions = {}): Layer {
  const bound = 1 / Math.sqrt(inputs);
  const uniform = (random: Random) => bound * (2 * random.uniform() - 1);
  const normal = std === undefined ? undefined : (random: Random) => std * random.normal();
  const weight: VariableSpec = { name: `${name}.weight`, shape: [outputs, inputs], start: normal ?? uniform };
  const added: VariableSpec = { name: `${name}.bias`, shape: [outputs], start: normal ? 0 : uniform, role: "bias" };
  return {
    ...variables(bias ? [weight, added] : [weight]),
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
