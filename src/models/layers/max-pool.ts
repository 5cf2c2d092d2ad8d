import { lax, numpy as np } from "@jax-js/jax";

/** [N, C, H, W] → [N, C, ⌊H/s⌋, ⌊W/s⌋]: the largest of every window of s × s pixels; what doesn't fill a window is left out. */
export const maxPool = (x: np.Array, side: number): np.Array =>
  lax.reduceWindow(x, (window) => np.max(window), [side, side], [side, side]);
