import { numpy as np } from "@jax-js/jax";
import { HostArray } from "../../core/index.ts";
import type { Layer } from "./layer.ts";

/** timm's for vision transformers; PyTorch's own default is 1e-5. */
const EPSILON = 1e-6;

/**
 * Layer normalisation over the last axis (Ba et al. 2016), [..., D] → [..., D], `name.weight` `start` (1) and `name.bias` 0
 * at first.
 */
export function layerNorm(name: string, width: number, start = 1): Layer {
  const filled = (value: number) => HostArray.float32([width], new Float32Array(width).fill(value));
  return {
    init(_random, params) {
      params[`${name}.weight`] = filled(start);
      params[`${name}.bias`] = filled(0);
    },
    apply({ params }, x) {
      // Two passes: E[x²] − E[x]² loses all digits where |mean| ≫ σ.
      const mean = np.mean(x.ref, -1, { keepdims: true });
      const centred = np.subtract(x, mean);
      const variance = np.mean(np.square(centred.ref), -1, { keepdims: true });
      const normalised = np.multiply(centred, np.reciprocal(np.sqrt(np.add(variance, EPSILON))));
      return np.add(np.multiply(normalised, params[`${name}.weight`]), params[`${name}.bias`]);
    },
  };
}
