import { type Listener, reporter, UserError } from "../../core/index.ts";
import { checkShapes } from "../feature-scores/check-shapes.ts";
import { type InnerProducts, innerProducts as plainInnerProducts } from "../feature-scores/inner-products.ts";
import { blockRowsOf, eachBlock } from "../feature-scores/rows.ts";
import type { FittedSet, LastLayer } from "../feature-scores/types.ts";
import { softmaxOfRow } from "../softmax.ts";
import { type CurvatureShape, type CurvatureSum, type LogitPosterior, transposed } from "./curvature.ts";
import { effectiveParameters, logOccamFactor, mostEvidentPrecision } from "./evidence.ts";
import { extendedRows } from "./extended-rows.ts";
import { fullSum, requireFullSize } from "./full.ts";
import { kroneckerSum } from "./kronecker.ts";

/** How the Hessian is held: a Kronecker product of two small matrices, for any layer, or all of it, for a small one. */
const curvatures = { kronecker: kroneckerSum, full: fullSum } satisfies Record<
  string,
  (shape: CurvatureShape) => CurvatureSum
>;

export type LaplaceKind = keyof typeof curvatures;
/**
 * Kinds of `fitLaplace`: `full` takes K (D + 1) ≤ 1,024 parameters.
 * @example
 * for (const kind of laplaceKinds) console.log(kind);
 */
export const laplaceKinds = Object.keys(curvatures) as LaplaceKind[];

/**
 * For K classes of D features; before anything is predicted for a fit that cannot be.
 * @throws UserError for a Hessian that is too large for its kind
 */
export function requireLaplaceSize(kind: LaplaceKind, classes: number, width: number): void {
  if (kind === "full") requireFullSize(classes, width + 1);
}

/** What a last layer was trained on. Logits = weight · features + bias. */
export interface LaplaceTraining extends Pick<FittedSet, "features" | "labels"> {
  readonly classifier: LastLayer;
}

export interface LaplaceOptions extends Listener {
  readonly kind: LaplaceKind;
  /** τ, that of the weights and of the biases; the one of the largest evidence where absent. */
  readonly priorPrecision?: number;
  /** Training images that the rows of features are a part of, and stand for; these alone where absent. */
  readonly imagesOf?: number;
  /** A faster matrix product; plain JavaScript where absent. */
  readonly innerProducts?: InnerProducts;
}

/** The last layer's parameters as a Gaussian, N(θ, (H + τI)⁻¹). */
export interface LastLayerLaplace {
  readonly kind: LaplaceKind;
  readonly classes: number;
  /** D */
  readonly width: number;
  /** P = K (D + 1) */
  readonly parameters: number;
  /** Rows of features that it was fitted on. */
  readonly images: number;
  /** τ */
  readonly priorPrecision: number;
  /** γ: how many of the parameters the images settle. */
  readonly effectiveParameters: number;
  /** log p(y | θ), summed over the training images; without labels absent. */
  readonly logLikelihood?: number;
  /** log p(y), approximately; without labels absent. */
  readonly logEvidence?: number;
  readonly posterior: LogitPosterior;
}

/**
 * Last-layer Laplace approximation (Daxberger et al. 2021): the weights and biases of a trained classifier's last layer
 * become a Gaussian about the trained values, whose precision is the Hessian of the summed NLL, exact (`full`) or as a
 * Kronecker product, and the prior's τ. Goes through the training features once. τ is the one of the largest evidence,
 * found by bisection of its slope, which has one root; labels have no part in it.
 * @throws UserError for shapes that do not match, values that are not finite, a full Hessian of more than 1,024 parameters,
 *   and where the evidence has no maximum.
 * @example
 * const { weights: weight, biases: bias } = fitLinearProbe(features, { classes: 10, strength: 0.01 });
 * const training = { features: rowsOf(features.features, 64), labels: features.labels, classifier: { weight, bias } };
 * const { priorPrecision, logEvidence } = await fitLaplace(training, { kind: "kronecker" });
 */
export async function fitLaplace(
  { features, labels, classifier }: LaplaceTraining,
  { kind, priorPrecision, imagesOf, innerProducts = plainInnerProducts, ...listener }: LaplaceOptions,
): Promise<LastLayerLaplace> {
  const classes = classifier.bias.length;
  const { width, count } = features;
  checkShapes({ classes, training: { features, labels }, classifier });
  if (priorPrecision !== undefined && !(priorPrecision > 0 && Number.isFinite(priorPrecision)))
    throw new UserError(`laplace: prior precision ${priorPrecision}; give a number above 0`);
  const images = imagesOf ?? count;
  if (!(count > 0 && images >= count))
    throw new UserError(
      `laplace: ${count} rows of features of ${images} training images; give at least one, of as many`,
    );
  const sum = curvatures[kind]({ classes, extended: width + 1, innerProducts });
  const weight = Float64Array.from(classifier.weight);
  const report = reporter(listener, "fitting laplace", "images");
  let logLikelihood = 0;
  await eachBlock(
    count,
    async (from, to) => {
      report({ done: from, total: count });
      const block = Float64Array.from(await features.block(from, to));
      const rows = extendedRows(block, width);
      const logits = await innerProducts(block, weight, width);
      for (let i = 0; i < logits.length; i++) logits[i] += classifier.bias[i % classes];
      const probabilities = new Float64Array(logits.length);
      for (let i = 0; i < to - from; i++) {
        const own = logits.subarray(i * classes, (i + 1) * classes);
        const { logSumExp } = softmaxOfRow(own, probabilities.subarray(i * classes, (i + 1) * classes));
        if (!Number.isFinite(logSumExp))
          throw new UserError(`laplace: a feature of training image ${from + i} is not a finite number; leave it out`);
        if (labels) logLikelihood += own[labels[from + i]] - logSumExp;
      }
      await sum.add({ count: to - from, columns: transposed(rows, width + 1), probabilities });
    },
    blockRowsOf(Math.max(width + 1, classes)),
  );
  listener.onProgress?.(undefined);
  const curvature = sum.finish(images);
  const terms = { eigenvalues: curvature.eigenvalues, squaredNorm: squaredNormOf(classifier) };
  const precision = priorPrecision ?? mostEvidentPrecision(terms);
  const likelihood = (logLikelihood / count) * images;
  return {
    kind,
    classes,
    width,
    parameters: classes * (width + 1),
    images: count,
    priorPrecision: precision,
    effectiveParameters: effectiveParameters(terms, precision),
    ...(labels && { logLikelihood: likelihood, logEvidence: likelihood + logOccamFactor(terms, precision) }),
    posterior: await curvature.posterior(precision),
  };
}

function squaredNormOf({ weight, bias }: LastLayer): number {
  let sum = 0;
  for (const values of [weight, bias]) for (const value of values) sum += value * value;
  return sum;
}
