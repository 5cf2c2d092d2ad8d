import { numpy as np } from "@jax-js/jax";
import { FLIPPED_FOR_MEAN } from "../../core/internal.ts";

/**
 * The mean of a value over the ranks of a group, in the middle of a traced step: the engine's option `meanOverRanks` computes
 * it; without that option, and in jax-js itself, there is one rank and this is the value. Every rank must trace it in the same
 * places, of the same shapes. Its gradient is the mean over ranks of the gradients of its result: right for a loss that is the
 * mean over ranks of each rank's own, and whose gradients are averaged over ranks, too.
 * @param x float32, of any shape
 * @example
 * const mean = meanOverRanks(np.mean(x, [0, 2, 3])); // [C], over the images of all ranks, who have as many each
 */
export function meanOverRanks(x: np.Array): np.Array {
  if (x.dtype !== np.float32) throw new TypeError(`meanOverRanks: ${x.dtype}[${x.shape}] is not float32`);
  const { shape } = x;
  const axes = Array.from({ length: FLIPPED_FOR_MEAN }, (_, axis) => axis);
  return np.reshape(np.flip(np.reshape(x, [...axes.map(() => 1), ...shape]), axes), shape);
}
