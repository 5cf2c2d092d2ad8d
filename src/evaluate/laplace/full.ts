import { UserError } from "../../core/index.ts";
import { choleskyFactor, notNegative, symmetricEigen } from "../feature-scores/eigen.ts";
import {
  type Curvature,
  type CurvatureShape,
  type CurvatureSum,
  type LogitPosterior,
  ownVariance,
  transposed,
} from "./curvature.ts";

/** Parameters of the last layer, at most: eigenvalues of a larger matrix take minutes. */
const FULL_PARAMETERS = 1024;

/** @throws UserError for a layer whose full Hessian is too large */
export function requireFullSize(classes: number, extended: number): void {
  const size = classes * extended;
  if (size > FULL_PARAMETERS)
    throw new UserError(
      `laplace full: ${classes} classes × ${extended} (features and 1) are ${size} parameters, more than ${FULL_PARAMETERS}; use kronecker`,
    );
}

/**
 * H = Σ Λ ⊗ z̃ z̃ᵀ itself, [P, P], the parameters of a class together.
 * @throws UserError as `requireFullSize`
 */
export function fullSum(shape: CurvatureShape): CurvatureSum {
  const { classes, extended, innerProducts } = shape;
  const size = classes * extended;
  requireFullSize(classes, extended);
  const hessian = new Float64Array(size ** 2);
  let count = 0;
  return {
    async add({ count: added, columns, probabilities }) {
      count += added;
      const weighted = new Float64Array(columns.length);
      for (let k = 0; k < classes; k++)
        for (let l = 0; l <= k; l++) {
          for (let i = 0; i < added; i++) {
            const at = i * classes;
            const weight =
              l === k ? ownVariance(probabilities, at, classes, k) : -probabilities[at + k] * probabilities[at + l];
            for (let j = i; j < columns.length; j += added) weighted[j] = weight * columns[j];
          }
          addBlock(hessian, await innerProducts(weighted, columns, added), [k, l], extended);
        }
    },
    finish: (images) =>
      full(
        hessian.map((sum) => (sum / count) * images),
        shape,
      ),
  };
}

/** Adds a block [D + 1, D + 1], symmetric, at (k, l) and (l, k) of H. */
function addBlock(hessian: Float64Array, block: Float64Array, [k, l]: readonly [number, number], extended: number) {
  const size = Math.sqrt(hessian.length);
  for (let d = 0; d < extended; d++)
    for (let e = 0; e < extended; e++) {
      const value = block[d * extended + e];
      hessian[(k * extended + d) * size + l * extended + e] += value;
      if (k !== l) hessian[(l * extended + d) * size + k * extended + e] += value;
    }
}

function full(hessian: Float64Array, shape: CurvatureShape): Curvature {
  const { classes, extended, innerProducts } = shape;
  const size = classes * extended;
  const { values, vectors } = symmetricEigen(hessian, size);
  const eigenvalues = notNegative(values);
  return {
    eigenvalues,
    async posterior(precision) {
      const scaled = vectors.map((value, i) => value / Math.sqrt(eigenvalues[Math.floor(i / size)] + precision));
      const columns = transposed(scaled, size);
      const covariance = await innerProducts(columns, columns, size);
      const blocks = Array.from({ length: classes }, (_, k) =>
        Array.from({ length: k + 1 }, (_, l) => blockOf(covariance, [k, l], extended)),
      );
      return posteriorOf(blocks, shape);
    },
  };
}

/** The covariances of the parameters of two classes, [D + 1, D + 1]. */
function blockOf(covariance: Float64Array, [k, l]: readonly [number, number], extended: number): Float64Array {
  const size = Math.sqrt(covariance.length);
  const block = new Float64Array(extended ** 2);
  for (let d = 0; d < extended; d++) {
    const from = (k * extended + d) * size + l * extended;
    block.set(covariance.subarray(from, from + extended), d * extended);
  }
  return block;
}

/** @param blocks of covariances, of class k with l ≤ k */
function posteriorOf(
  blocks: readonly (readonly Float64Array[])[],
  { classes, extended, innerProducts }: CurvatureShape,
): LogitPosterior {
  /** [n] z̃ᵀ block z̃ */
  const quadratic = async (rows: Float64Array, block: Float64Array) => {
    const products = await innerProducts(rows, block, extended);
    return Float64Array.from({ length: rows.length / extended }, (_, i) => {
      let sum = 0;
      for (let j = i * extended; j < (i + 1) * extended; j++) sum += rows[j] * products[j];
      return sum;
    });
  };
  return {
    async variances(rows) {
      const variances = new Float64Array((rows.length / extended) * classes);
      for (let k = 0; k < classes; k++)
        for (const [i, value] of (await quadratic(rows, blocks[k][k])).entries()) variances[i * classes + k] = value;
      return variances;
    },
    async eachRoot(rows, visit) {
      const count = rows.length / extended;
      const covariances = new Float64Array(count * classes ** 2);
      for (let k = 0; k < classes; k++)
        for (let l = 0; l <= k; l++)
          for (const [i, value] of (await quadratic(rows, blocks[k][l])).entries()) {
            covariances[(i * classes + k) * classes + l] = value;
            covariances[(i * classes + l) * classes + k] = value;
          }
      for (let i = 0; i < count; i++)
        visit(i, choleskyFactor(covariances.subarray(i * classes ** 2, (i + 1) * classes ** 2), classes));
    },
  };
}
