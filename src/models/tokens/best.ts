import { lax, numpy as np } from "@jax-js/jax";

/** Scores [N, P] → int32 [N, count], where the greatest are, the greatest first; of equal scores the lower index. No gradient. */
export function best(scores: np.Array, count: number): np.Array {
  // Sorting is stable: of the negated scores equal ones stay in their order.
  const order = np.argsort(np.negative(lax.stopGradient(scores)), -1);
  return order.shape[1] === count ? order : np.split(order, [count], 1)[0];
}

/** Indices int32 [N, K] below `length` → booleans [N, length], true at each of them. */
export function among(indices: np.Array, length: number): np.Array {
  const [n, count] = indices.shape;
  const places = np.reshape(np.arange(length).astype(np.int32), [1, 1, length]);
  const same = np.equal(np.reshape(indices, [n, count, 1]), places);
  return np.greater(np.sum(same.astype(np.float32), 1), 0);
}
