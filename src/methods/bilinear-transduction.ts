import { numpy as np } from "@jax-js/jax";
import { HostArray, sizeOf } from "../core/index.ts";

/**
 * Bilinear transduction (Netanyahu et al., *Learning to Extrapolate*, ICLR 2023) for images, a reconstruction, for its
 * code is not public: a test image x takes the reference rᵢ whose residual x − rᵢ is nearest to a residual dₘ = xⱼ − rₖ
 * that occurred in training, min over i and m of ‖(x − rᵢ) − dₘ‖ between normalised pixels. Both the candidates rᵢ and
 * the training residuals are fixed samples.
 */
export interface Transduction {
  /** [D, R + M] the candidates, then the training residuals, a column each. */
  readonly columns: HostArray;
  /** [R × M] ½‖rᵢ + dₘ‖². */
  readonly halfSquares: Float64Array;
  /** R. */
  readonly candidates: number;
}

/** Candidates [R, C, H, W] and training residuals [M, C, H, W] → what `nearestCandidates` needs. */
export function transduction(candidates: HostArray, residuals: HostArray): Transduction {
  const [count, ...imageShape] = candidates.shape;
  const size = sizeOf(imageShape);
  const pool = residuals.shape[0];
  const [r, d] = [candidates.data, residuals.data];

  const halfSquares = new Float64Array(count * pool);
  for (let i = 0; i < count; i++)
    for (let m = 0; m < pool; m++) {
      let squares = 0;
      for (let p = 0; p < size; p++) squares += (r[i * size + p] + d[m * size + p]) ** 2;
      halfSquares[i * pool + m] = squares / 2;
    }

  const width = count + pool;
  const columns = new Float32Array(size * width);
  for (let p = 0; p < size; p++) {
    for (let i = 0; i < count; i++) columns[p * width + i] = r[i * size + p];
    for (let m = 0; m < pool; m++) columns[p * width + count + m] = d[m * size + p];
  }
  return { columns: HostArray.float32([size, width], columns), halfSquares, candidates: count };
}

/** Traced: images [N, C, H, W] and columns [D, S] → their inner products [N, S], the costly part of the distances. */
export const innerProducts = (images: np.Array, columns: np.Array): np.Array => {
  const [count] = images.shape;
  return np.matmul(np.reshape(images, [count, columns.shape[0]]), columns);
};

/**
 * Inner products [N × (R + M)] → [N] the candidate of each image: ½‖x − rᵢ − dₘ‖² is ½‖rᵢ + dₘ‖² − x·rᵢ − x·dₘ, but for
 * what all share. So R + M products do for R · M distances.
 */
export function nearestCandidates(
  products: Float32Array,
  { columns, halfSquares, candidates }: Transduction,
): Int32Array {
  const width = columns.shape[1];
  const pool = width - candidates;
  return Int32Array.from({ length: products.length / width }, (_, image) => {
    const first = image * width;
    let best = 0;
    let nearest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < candidates; i++)
      for (let m = 0; m < pool; m++) {
        const distance = halfSquares[i * pool + m] - products[first + i] - products[first + candidates + m];
        if (distance >= nearest) continue;
        nearest = distance;
        best = i;
      }
    return best;
  });
}
