import { UserError } from "../core/index.ts";
import { checkLabels } from "../core/internal.ts";
import { featureStatistics, linearOutputs, unstandardised } from "./feature-statistics.ts";
import { minimize } from "./lbfgs.ts";

/** What a frozen network says of labelled images. */
export interface LabelledFeatures {
  /** [N × D] */
  readonly features: Float32Array;
  /** [N], in [0, K) */
  readonly labels: Int32Array;
}

export interface LinearProbe {
  readonly classes: number;
  /** [K × D], for the features as they are. */
  readonly weights: Float64Array;
  /** [K] */
  readonly biases: Float64Array;
  /** λ. */
  readonly strength: number;
  /** What was minimised, at its minimum. */
  readonly objective: number;
  /** Largest entry of the gradient there. */
  readonly gradient: number;
  readonly iterations: number;
  readonly converged: boolean;
}

export interface LinearProbeOptions {
  readonly classes: number;
  /** λ > 0. */
  readonly strength: number;
  /** Where the search starts: the probe of another strength on the same features. */
  readonly start?: LinearProbe;
  /** Of the largest entry of the gradient; default 1e-8. */
  readonly tolerance?: number;
}

/**
 * Multinomial logistic regression on standardised features: min over W, b of mean NLL of softmax(W z + b) + λ/2 ‖W‖²,
 * with z of mean 0 and variance 1 over the training images, so that one grid of λ serves all networks; b is not
 * penalised. Strictly convex in W; solved by L-BFGS in float64.
 * @throws UserError where the arrays do not fit, or λ is not positive.
 * @example
 * const probe = fitLinearProbe(features, { classes: 10, strength: 0.01 });
 * const logits = probeLogits(probe, otherFeatures.features);
 */
export function fitLinearProbe(train: LabelledFeatures, options: LinearProbeOptions): LinearProbe {
  const { classes, strength, start, tolerance = 1e-8 } = options;
  const { labels } = train;
  const images = labels.length;
  const size = sizeOf(train);
  if (!(strength > 0)) throw new UserError(`linear probe: the strength ${strength} is not positive`);
  checkLabels("linear probe", labels, classes);
  const statistics = featureStatistics(train.features, size);
  const { mean, scale } = statistics;
  // Whole blocks of rows: each weight that is read serves a block. Rows of zeros fill the last one, and count for nothing.
  const rows = Math.ceil(images / BLOCK) * BLOCK;
  const z = new Float64Array(rows * size);
  for (let i = 0; i < train.features.length; i++) z[i] = (train.features[i] - mean[i % size]) / scale[i % size];

  const biasesAt = classes * size;
  const unknowns = biasesAt + classes;
  const objective = penalisedNll({ z, labels, classes, size, strength });
  const from = start ? standardised(start, mean, scale) : new Float64Array(unknowns);
  const { point, value, iterations, converged } = minimize(objective, from, { tolerance, maxIterations: 5000 });
  const gradient = new Float64Array(unknowns);
  objective(point, gradient);
  return {
    classes,
    ...unstandardised({ weights: point.slice(0, biasesAt), biases: point.slice(biasesAt) }, statistics),
    strength,
    objective: value,
    gradient: gradient.reduce((largest, entry) => Math.max(largest, Math.abs(entry)), 0),
    iterations,
    converged,
  };
}

/** Rows that share a read of the weights. */
const BLOCK = 4;

interface Standardised extends Pick<LinearProbeOptions, "classes" | "strength"> {
  /** [rows × D], rows of zeros after the N images. */
  readonly z: Float64Array;
  /** [N] */
  readonly labels: Int32Array;
  /** D. */
  readonly size: number;
}

/** What is minimised, at a point [W, b], with its gradient; of standardised features z, in whole blocks of rows. */
function penalisedNll({ z, labels, classes, size, strength }: Standardised) {
  const images = labels.length;
  const rows = z.length / size;
  const biasesAt = classes * size;
  const scores = new Float64Array(BLOCK * classes);
  return (point: Float64Array, gradient: Float64Array): number => {
    let penalty = 0;
    gradient.fill(0, biasesAt);
    for (let i = 0; i < biasesAt; i++) {
      gradient[i] = strength * point[i];
      penalty += point[i] * point[i];
    }
    let nll = 0;
    for (let row = 0; row < rows; row += BLOCK) {
      const [z0, z1, z2, z3] = [row * size, (row + 1) * size, (row + 2) * size, (row + 3) * size];
      for (let k = 0; k < classes; k++) {
        let [s0, s1, s2, s3] = [0, 0, 0, 0];
        for (let d = 0, at = k * size; d < size; d++, at++) {
          const weight = point[at];
          s0 += weight * z[z0 + d];
          s1 += weight * z[z1 + d];
          s2 += weight * z[z2 + d];
          s3 += weight * z[z3 + d];
        }
        const bias = point[biasesAt + k];
        scores[k] = s0 + bias;
        scores[classes + k] = s1 + bias;
        scores[2 * classes + k] = s2 + bias;
        scores[3 * classes + k] = s3 + bias;
      }
      for (let i = 0; i < BLOCK; i++)
        nll += toResiduals(scores.subarray(i * classes, (i + 1) * classes), row + i, labels);
      for (let k = 0; k < classes; k++) {
        const [r0, r1, r2, r3] = [scores[k], scores[classes + k], scores[2 * classes + k], scores[3 * classes + k]];
        for (let d = 0, at = k * size; d < size; d++, at++)
          gradient[at] += r0 * z[z0 + d] + r1 * z[z1 + d] + r2 * z[z2 + d] + r3 * z[z3 + d];
        gradient[biasesAt + k] += r0 + r1 + r2 + r3;
      }
    }
    return nll / images + (strength / 2) * penalty;
  };
}

/** Scores of an image become (probability − [label]) / N; its NLL. */
function toResiduals(scores: Float64Array, row: number, labels: Int32Array): number {
  const [images, classes] = [labels.length, scores.length];
  if (row >= images) {
    scores.fill(0);
    return 0;
  }
  let largest = scores[0];
  for (let k = 1; k < classes; k++) largest = Math.max(largest, scores[k]);
  const own = scores[labels[row]];
  let sum = 0;
  for (let k = 0; k < classes; k++) {
    scores[k] = Math.exp(scores[k] - largest);
    sum += scores[k];
  }
  for (let k = 0; k < classes; k++) scores[k] /= sum * images;
  scores[labels[row]] -= 1 / images;
  return largest + Math.log(sum) - own;
}

/** A probe's unknowns for standardised features. */
function standardised(probe: LinearProbe, mean: Float64Array, scale: Float64Array): Float64Array {
  const { classes } = probe;
  const size = mean.length;
  const biasesAt = classes * size;
  const point = new Float64Array(biasesAt + classes);
  for (let k = 0; k < classes; k++) {
    let bias = probe.biases[k];
    for (let d = 0, at = k * size; d < size; d++, at++) {
      point[at] = probe.weights[at] * scale[d];
      bias += probe.weights[at] * mean[d];
    }
    point[biasesAt + k] = bias;
  }
  return point;
}

/**
 * Features [N × D] → logits [N × K].
 * @example
 * const { probe } = await chooseProbe(features, otherFeatures, { classes: 10 });
 * const logits = probeLogits(probe, otherFeatures.features); // [N × K]
 */
export const probeLogits = (probe: LinearProbe, features: Float32Array): Float32Array => linearOutputs(probe, features);

function sizeOf({ features, labels }: LabelledFeatures): number {
  const size = features.length / labels.length;
  if (!Number.isInteger(size) || size < 1)
    throw new UserError(`linear probe: ${features.length} features for ${labels.length} images`);
  return size;
}
