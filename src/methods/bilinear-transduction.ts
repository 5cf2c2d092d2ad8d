import { numpy as np } from "@jax-js/jax";
import { HostArray, sizeOf } from "../core/index.ts";

/**
 * Bilinear transduction (Netanyahu et al., *Learning to Extrapolate*, ICLR 2023) for images, a reconstruction, for its
 * code is not public: a test image x takes the reference rᵢ whose residual x − rᵢ is nearest to a residual xⱼ − rₖ that
 * occurred in training, min over i, j, k of ‖(x − rᵢ) − (xⱼ − rₖ)‖ between normalised pixels. Both the candidates rᵢ and
 * the training residuals are fixed samples.
 */
export interface Transduction {
  /** [D, R·M] every candidate plus every training residual: x nearest to one of them is what is sought. */
  readonly sums: HostArray;
  /** [R·M] half their squared lengths. */
  readonly halfSquares: Float64Array;
  /** M: which candidate a sum belongs to is its place divided by this. */
  readonly residuals: number;
}

/** Candidates [R, C, H, W] and training residuals [M, C, H, W] → what `nearestCandidates` needs. */
export function transduction(candidates: HostArray, residuals: HostArray): Transduction {
  const [count, ...imageShape] = candidates.shape;
  const size = sizeOf(imageShape);
  const pool = residuals.shape[0];
  const columns = count * pool;
  const sums = new Float32Array(size * columns);
  const halfSquares = new Float64Array(columns);
  const [r, d] = [candidates.data, residuals.data];
  for (let i = 0; i < count; i++)
    for (let m = 0; m < pool; m++) {
      const column = i * pool + m;
      for (let p = 0; p < size; p++) {
        const sum = r[i * size + p] + d[m * size + p];
        sums[p * columns + column] = sum;
        halfSquares[column] += (sum * sum) / 2;
      }
    }
  return { sums: HostArray.float32([size, columns], sums), halfSquares, residuals: pool };
}

/** Traced: images [N, C, H, W] and sums [D, S] → their inner products [N, S], the costly part of the distances. */
export const innerProducts = (images: np.Array, sums: np.Array): np.Array => {
  const [count] = images.shape;
  return np.matmul(np.reshape(images, [count, sums.shape[0]]), sums);
};

/** Inner products [N × S] → [N] the candidate of each image: ½‖x − s‖² is ½‖s‖² − x·s, but for what all share. */
export function nearestCandidates(products: Float32Array, { halfSquares, residuals }: Transduction): Int32Array {
  const columns = halfSquares.length;
  return Int32Array.from({ length: products.length / columns }, (_, row) => {
    let best = 0;
    let nearest = Number.POSITIVE_INFINITY;
    for (let column = 0; column < columns; column++) {
      const distance = halfSquares[column] - products[row * columns + column];
      if (distance >= nearest) continue;
      nearest = distance;
      best = column;
    }
    return Math.floor(best / residuals);
  });
}
