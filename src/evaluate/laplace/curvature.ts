import type { InnerProducts } from "../feature-scores/inner-products.ts";

/** Training images as a Hessian sees them: z̃ is the features with a 1 after them, for the bias. */
export interface TrainingBlock {
  readonly count: number;
  /** [D + 1, n]: column i is z̃ of image i. */
  readonly columns: Float64Array;
  /** [n, K] */
  readonly probabilities: Float64Array;
}

/** A sum over training images that becomes a Hessian. */
export interface CurvatureSum {
  add(block: TrainingBlock): Promise<void>;
  /** @param images how many images the sum is to stand for */
  finish(images: number): Curvature;
}

/**
 * H, the Hessian of the summed NLL by the last layer's parameters, or what stands for it. Of a layer that is linear the
 * generalised Gauss-Newton matrix is the Hessian: Σ Λ ⊗ z̃ z̃ᵀ, Λ = diag p − p pᵀ.
 */
export interface Curvature {
  /** [P = K (D + 1)], none negative. */
  readonly eigenvalues: Float64Array;
  /** What the logits are under N(θ, (H + τI)⁻¹). */
  posterior(precision: number): Promise<LogitPosterior>;
}

/** Rows of z̃ [n, D + 1] → how the logits of each spread, V = J (H + τI)⁻¹ Jᵀ [K, K]. */
export interface LogitPosterior {
  /** [n, K] the diagonals of V. */
  variances(rows: Float64Array): Promise<Float64Array>;
  /** Calls `visit` with R [K, K] row-major, V = R Rᵀ, of each row; all share one array. */
  eachRoot(rows: Float64Array, visit: (row: number, root: Float64Array) => void): Promise<void>;
}

export interface CurvatureShape {
  /** K */
  readonly classes: number;
  /** D + 1 */
  readonly extended: number;
  readonly innerProducts: InnerProducts;
}

/** p (1 − p), without the difference of nearly equal numbers where p is near to 1. */
export function ownVariance(probabilities: Float64Array, start: number, classes: number, k: number): number {
  const own = probabilities[start + k];
  if (own < 0.5) return own * (1 - own);
  let others = 0;
  for (let l = 0; l < classes; l++) if (l !== k) others += probabilities[start + l];
  return own * others;
}

/** [rows, columns] → [columns, rows] */
export function transposed(matrix: Float64Array, columns: number): Float64Array {
  const rows = matrix.length / columns;
  const result = new Float64Array(matrix.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result[j * rows + i] = matrix[i * columns + j];
  return result;
}

/** sums += added · factor */
export function accumulate(sums: Float64Array, added: Float64Array, factor = 1): void {
  for (let i = 0; i < sums.length; i++) sums[i] += factor * added[i];
}
