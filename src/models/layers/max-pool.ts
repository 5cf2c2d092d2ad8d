import { lax, numpy as np } from "@jax-js/jax";

export interface MaxPoolOptions {
  /** Pixels from window to window; windows lie side by side by default. */
  readonly stride?: number;
  /** Zeros on every side, which suits what is nowhere negative (ReLU's); 0 by default. */
  readonly padding?: number;
}

/**
 * [N, C, H, W] → the largest of every window of side × side pixels; what doesn't fill a window is left out.
 * @example
 * const y = maxPool(x, 3, { stride: 2, padding: 1 });
 */
export function maxPool(x: np.Array, side: number, { stride = side, padding = 0 }: MaxPoolOptions = {}): np.Array {
  const border: [number, number] = [padding, padding];
  const padded = padding > 0 ? np.pad(x, [[0, 0], [0, 0], border, border]) : x;
  return lax.reduceWindow(padded, (window) => np.max(window), [side, side], [stride, stride]);
}
