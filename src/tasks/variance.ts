import { numpy as np } from "@jax-js/jax";

/** Traced: [R, …] with R ≥ 2 → the variance over R, divisor R − 1. */
export function varianceOf(values: np.Array): np.Array {
  const [count] = values.shape;
  const centred = np.subtract(values.ref, np.mean(values, 0, { keepdims: true }));
  return np.multiply(np.sum(np.square(centred), 0), 1 / (count - 1));
}
