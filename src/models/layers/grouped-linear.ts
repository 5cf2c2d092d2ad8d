import { numpy as np } from "@jax-js/jax";
import type { Random } from "../../core/index.ts";
import type { Layer } from "./layer.ts";
import { variables } from "./variables.ts";

/**
 * [N, I] → [N, O] in groups: each of so many equal parts of the inputs, in their order, has a linear layer of its own, which
 * gives its part of the outputs. Weight `name.weight` [O, I / groups], `name.bias` [O]. Init: both uniform in
 * ±1/√(I / groups), as each group's own `linear`.
 */
export function groupedLinear(name: string, inputs: number, outputs: number, groups: number): Layer {
  const [own, given] = [inputs / groups, outputs / groups];
  const bound = 1 / Math.sqrt(own);
  const start = (random: Random) => bound * (2 * random.uniform() - 1);
  return {
    ...variables([
      { name: `${name}.weight`, shape: [outputs, own], start },
      { name: `${name}.bias`, shape: [outputs], start, role: "bias" },
    ]),
    apply({ params }, x) {
      const [count] = x.shape;
      const rows = np.transpose(np.reshape(x, [count, groups, own]), [1, 0, 2]);
      const weights = np.transpose(np.reshape(params[`${name}.weight`], [groups, given, own]), [0, 2, 1]);
      const products = np.reshape(np.transpose(np.matmul(rows, weights), [1, 0, 2]), [count, outputs]);
      return np.add(products, params[`${name}.bias`]);
    },
  };
}
