import { numpy as np } from "@jax-js/jax";
import type { Layer } from "./layer.ts";
import { variables } from "./variables.ts";

export interface LayerNormOptions {
  /** Of the weight, at first; 1 by default. */
  readonly start?: number;
  /** Added to the variance; 1e-6 by default, timm's for vision transformers. PyTorch's own default is 1e-5. */
  readonly epsilon?: number;
}

/**
 * Layer normalisation over the last axis (Ba et al. 2016), [..., D] → [..., D], `name.weight` and `name.bias`, which is 0
 * at first.
 * @example
 * const layer = layerNorm("norm", 192);
 * const y = layer.apply(scope, x); // [N, T, 192] → the same
 */
export function layerNorm(name: string, width: number, { start = 1, epsilon = 1e-6 }: LayerNormOptions = {}): Layer {
  return {
    ...variables([
      { name: `${name}.weight`, shape: [width], start },
      { name: `${name}.bias`, shape: [width], role: "bias" },
    ]),
    apply({ params }, x) {
      // Two passes: E[x²] − E[x]² loses all digits where |mean| ≫ σ.
      const mean = np.mean(x.ref, -1, { keepdims: true });
      const centred = np.subtract(x, mean);
      const variance = np.mean(np.square(centred.ref), -1, { keepdims: true });
      const normalised = np.multiply(centred, np.reciprocal(np.sqrt(np.add(variance, epsilon))));
      return np.add(np.multiply(normalised, params[`${name}.weight`]), params[`${name}.bias`]);
    },
  };
}
