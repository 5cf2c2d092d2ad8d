import { CholeskyDecomposition, EigenvalueDecomposition, Matrix, pseudoInverse } from "ml-matrix";

/** A symmetric matrix taken apart. */
export interface Eigen {
  /** [D] falling. */
  readonly values: Float64Array;
  /** [D, D] row-major: row i is the eigenvector of value i, of length 1. */
  readonly vectors: Float64Array;
}

/**
 * A symmetric solver, for within equal eigenvalues (units that are dead) those of a general one are not orthogonal.
 * @param matrix [size, size] row-major
 */
export function symmetricEigen(matrix: Float64Array, size: number): Eigen {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrixOf(matrix, size), {
    assumeSymmetric: true,
  });
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[b] - realEigenvalues[a]);
  const vectors = new Float64Array(size * size);
  for (let d = 0; d < size; d++) {
    const row = eigenvectorMatrix.getRow(d);
    for (let i = 0; i < size; i++) vectors[i * size + d] = row[order[i]];
  }
  return { values: Float64Array.from(order, (i) => realEigenvalues[i]), vectors };
}

/**
 * L, lower triangular, of L Lᵀ = a matrix without negative eigenvalues: row-major.
 * @param matrix [size, size] row-major
 */
export const choleskyFactor = (matrix: Float64Array, size: number): Float64Array =>
  Float64Array.from(new CholeskyDecomposition(matrixOf(matrix, size)).lowerTriangularMatrix.to1DArray());

/** W⁺ b of W [rows, columns]: [columns] */
export function leastNormSolution(w: ArrayLike<number>, b: ArrayLike<number>, columns: number): Float64Array {
  const inverse = pseudoInverse(matrixOf(w, columns));
  return Float64Array.from(inverse.mmul(Matrix.columnVector(Array.from(b))).to1DArray());
}

/** The eigenvectors of places `from` to `to`, as rows: [to − from, D], a copy. */
export const directions = ({ values, vectors }: Eigen, from: number, to = values.length): Float64Array =>
  vectors.slice(from * values.length, to * values.length);

/** Of a matrix that has no negative eigenvalues: those that rounding made negative are 0. */
export const notNegative = (eigenvalues: Float64Array): Float64Array => eigenvalues.map((value) => Math.max(value, 0));

/** The fewest of the largest eigenvalues that make up `share` of their sum; `undefined` where that is 0. */
export function componentsFor({ values }: Eigen, share: number): number | undefined {
  const positive = notNegative(values);
  const total = positive.reduce((sum, value) => sum + value, 0);
  if (!(total > 0)) return undefined;
  let sum = 0;
  for (let i = 0; i < positive.length; i++) {
    sum += positive[i];
    if (sum / total >= share) return i + 1;
  }
  return positive.length;
}

function matrixOf(values: ArrayLike<number>, columns: number): Matrix {
  const rows = values.length / columns;
  const matrix = new Matrix(rows, columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) matrix.set(i, j, values[i * columns + j]);
  return matrix;
}
