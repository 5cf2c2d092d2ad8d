import { numpy as np } from "@jax-js/jax";

/**
 * Traced: tokens [N, T, D] at indices int32 [N, K] → [N, K, D]; its gradient goes to the tokens alone. Consumes both.
 * @example
 * const last = takeTokens(np.zeros([1, 65, 192]), np.array([[64]], { dtype: np.int32 })); // [1, 1, 192]
 */
export function takeTokens(tokens: np.Array, indices: np.Array): np.Array {
  const [n, length, width] = tokens.shape;
  const count = indices.shape[1];
  // Rows of all images one below the other, so that one gather of whole rows does.
  const first = np.reshape(np.multiply(np.arange(n).astype(np.int32), length), [n, 1]);
  const rows = np.reshape(np.add(indices, first), [n * count]);
  return np.reshape(np.take(np.reshape(tokens, [n * length, width]), rows, 0), [n, count, width]);
}
