import { numpy as np } from "@jax-js/jax";

type Arrays = Record<string, np.Array>;

/**
 * Gradients scaled down together so that their joint length is at most `largest` (Pascanu et al. 2013, algorithm 1), as
 * PyTorch's `clip_grad_norm_`: by largest / (length + 1e-6) where that is below 1. Traced; consumes its argument.
 * @example
 * const clipped = clipByGlobalNorm({ weight: x }, 1); // traced
 */
export function clipByGlobalNorm(gradients: Arrays, largest: number): Arrays {
  const squares = Object.values(gradients).map((gradient) => np.sum(np.square(gradient.ref)));
  const length = np.sqrt(squares.reduce((a, b) => np.add(a, b)));
  const factor = np.minimum(1, np.divide(largest, np.add(length, 1e-6)));
  const clipped = Object.fromEntries(
    Object.entries(gradients).map(([name, gradient]) => [name, np.multiply(gradient, factor.ref)]),
  );
  factor.dispose();
  return clipped;
}
