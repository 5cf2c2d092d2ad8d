import { numpy as np } from "@jax-js/jax";

/**
 * [N, C, H, W] → [N, C, times·H, times·W]: each value becomes a square of so many on each side (nearest neighbour).
 * @example
 * const y = upsample(x, 2);
 */
export function upsample(x: np.Array, times: number): np.Array {
  const [n, c, h, w] = x.shape;
  const spread = np.broadcastTo(np.reshape(x, [n, c, h, 1, w, 1]), [n, c, h, times, w, times]);
  return np.reshape(spread, [n, c, times * h, times * w]);
}
