import { notNegative, symmetricEigen } from "../feature-scores/eigen.ts";
import {
  accumulate,
  type Curvature,
  type CurvatureShape,
  type CurvatureSum,
  type LogitPosterior,
  ownVariance,
  transposed,
} from "./curvature.ts";

/**
 * H ≈ N B ⊗ A with A = mean of z̃ z̃ᵀ and B = mean of Λ (Ritter, Botev & Barber 2018; Daxberger et al. 2021), the prior added
 * to the product: eigenvalues N b_k a_d + τ.
 */
export function kroneckerSum({ classes, extended, innerProducts }: CurvatureShape): CurvatureSum {
  const features = new Float64Array(extended ** 2);
  const outputs = new Float64Array(classes ** 2);
  let count = 0;
  return {
    async add({ count: added, columns, probabilities }) {
      count += added;
      accumulate(features, await innerProducts(columns, columns, added));
      const byClass = transposed(probabilities, classes);
      const products = await innerProducts(byClass, byClass, added);
      for (let k = 0; k < classes; k++) {
        let own = 0;
        for (let i = 0; i < added; i++) own += ownVariance(probabilities, i * classes, classes, k);
        products[k * classes + k] = -own;
      }
      accumulate(outputs, products, -1);
    },
    finish: (images) =>
      kronecker(
        features.map((sum) => sum / count),
        outputs.map((sum) => (sum / count) * images),
        { classes, extended, innerProducts },
      ),
  };
}

/** @param a [D + 1, D + 1] @param b [K, K] that of all images together */
function kronecker(a: Float64Array, b: Float64Array, { classes, extended, innerProducts }: CurvatureShape): Curvature {
  const [ofFeatures, ofOutputs] = [symmetricEigen(a, extended), symmetricEigen(b, classes)];
  const [valuesA, valuesB] = [notNegative(ofFeatures.values), notNegative(ofOutputs.values)];
  const eigenvalues = new Float64Array(classes * extended);
  for (let k = 0; k < classes; k++)
    for (let d = 0; d < extended; d++) eigenvalues[k * extended + d] = valuesB[k] * valuesA[d];
  // [K, K]: column j is the eigenvector j.
  const vectors = transposed(ofOutputs.vectors, classes);
  return {
    eigenvalues,
    async posterior(precision): Promise<LogitPosterior> {
      const inverse = eigenvalues.map((value) => 1 / (value + precision));
      const squares = vectors.map((value) => value ** 2);
      /** [n, K]: variance along each eigenvector of B. */
      const spreads = async (rows: Float64Array) => {
        const along = await innerProducts(rows, ofFeatures.vectors, extended);
        return innerProducts(
          along.map((value) => value ** 2),
          inverse,
          extended,
        );
      };
      return {
        variances: async (rows) => innerProducts(await spreads(rows), squares, classes),
        async eachRoot(rows, visit) {
          const all = await spreads(rows);
          const root = new Float64Array(classes ** 2);
          for (let i = 0; i < all.length / classes; i++) {
            for (let j = 0; j < classes; j++) {
              const deviation = Math.sqrt(all[i * classes + j]);
              for (let k = 0; k < classes; k++) root[k * classes + j] = vectors[k * classes + j] * deviation;
            }
            visit(i, root);
          }
        },
      };
    },
  };
}
