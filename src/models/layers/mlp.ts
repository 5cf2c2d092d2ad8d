import { lax, numpy as np } from "@jax-js/jax";
import type { Layer } from "./layer.ts";
import { linear } from "./linear.ts";
import { allVariables } from "./variables.ts";

/**
 * x·Φ(x) with the normal distribution's own Φ (Hendrycks and Gimpel 2016), not its tanh approximation.
 * @example
 * const y = gelu(x);
 */
export const gelu = (x: np.Array): np.Array =>
  np.multiply(np.multiply(x.ref, 0.5), np.add(lax.erf(np.multiply(x, Math.SQRT1_2)), 1));

/**
 * A transformer's two-layer perceptron, [..., D] → [..., D]: `name.fc1` [hidden, D], GELU, `name.fc2` [D, hidden].
 * @example
 * const layer = mlpBlock("blocks.0.mlp", 192, 768, 0.02);
 * const y = layer.apply(scope, x); // tokens [N, T, 192] → the same
 */
export function mlp(name: string, width: number, hidden: number, std: number): Layer {
  const fc1 = linear(`${name}.fc1`, width, hidden, { std });
  const fc2 = linear(`${name}.fc2`, hidden, width, { std });
  return {
    ...allVariables([fc1, fc2]),
    apply: (scope, x) => fc2.apply(scope, gelu(fc1.apply(scope, x))),
  };
}
