import { nn, numpy as np } from "@jax-js/jax";
import { HostArray, type HostArrays } from "../../core/index.ts";
import type { FittedVerdict, VerdictPart } from "../../evaluate/internal.ts";
import type { Arrays } from "../../models/index.ts";

/** Added to a norm before it divides, as the scores on features have it. */
const NORM_EPSILON = 1e-10;

/** What is traced of a verdict; its arrays are stored beside the weights. */
export interface VerdictGraph {
  readonly parts: readonly VerdictPart[];
  /** Whether the similarity to stored training images is an output. */
  readonly nearest: boolean;
}

/** The arrays of a verdict, by the names that they have in a file. */
export function verdictArrays(
  { parts, means, spreads, classes }: FittedVerdict,
  nearest?: { readonly features: Float32Array; readonly width: number },
): HostArrays {
  const matrix = (values: Float64Array, columns: number) =>
    HostArray.float32([values.length / columns, columns], Float32Array.from(values));
  return {
    verdict_mean: HostArray.float32([parts.length], means),
    verdict_spread: HostArray.float32([parts.length], spreads),
    ...(classes && {
      verdict_origin: HostArray.float32([classes.origin.length], Float32Array.from(classes.origin)),
      verdict_axes: matrix(classes.axes, classes.origin.length),
      verdict_places: matrix(classes.places, classes.axes.length / classes.origin.length),
    }),
    ...(nearest && {
      nearest_features: HostArray.float32([nearest.features.length / nearest.width, nearest.width], nearest.features),
    }),
  };
}

/**
 * Traced: combined logits [N, K] and features [N, D] → `known_parts` [N, P], z-scores of each part; `known_score` [N], the
 * smallest of them; with stored training images, `similarity` [N, B], the cosines of their features to the image's.
 * Consumes the logits and features, not the arrays.
 */
export function knownScore({ parts, nearest }: VerdictGraph, logits: np.Array, features: np.Array, by: Arrays): Arrays {
  const norms = np.sqrt(np.sum(np.square(features.ref), -1, { keepdims: true }));
  const unit = np.divide(features, np.add(norms, NORM_EPSILON));
  const scores = parts.map((part) => np.expandDims(partOf(part, logits.ref, unit.ref, by), -1));
  logits.dispose();
  const standard = np.divide(np.subtract(np.concatenate(scores, -1), by.verdict_mean.ref), by.verdict_spread.ref);
  const known = { known_parts: standard.ref, known_score: np.min(standard, -1) };
  if (nearest) return { ...known, similarity: np.matmul(unit, np.transpose(by.nearest_features.ref, [1, 0])) };
  unit.dispose();
  return known;
}

/** [N]; consumes both. */
function partOf(part: VerdictPart, logits: np.Array, unit: np.Array, by: Arrays): np.Array {
  if (part === "mahalanobis++") {
    logits.dispose();
    return np.negative(nearestClass(unit, by));
  }
  unit.dispose();
  if (part === "energy") return nn.logsumexp(logits, -1);
  const logProbabilities = nn.logSoftmax(logits, -1);
  if (part === "max-softmax") return np.max(logProbabilities, -1);
  return np.sum(np.multiply(np.exp(logProbabilities.ref), logProbabilities), -1);
}

/**
 * Squared distances [N] to the nearest class. Which one that is, products tell; the distance is then taken from the
 * difference, for that of large squares loses its digits in float32.
 */
function nearestClass(unit: np.Array, { verdict_origin, verdict_axes, verdict_places }: Arrays): np.Array {
  const rows = np.matmul(np.subtract(unit, verdict_origin.ref), np.transpose(verdict_axes.ref, [1, 0]));
  const products = np.matmul(rows.ref, np.transpose(verdict_places.ref, [1, 0]));
  const squares = np.sum(np.square(verdict_places.ref), -1);
  const nearest = np.argmax(np.subtract(np.multiply(products, 2), squares), -1);
  const classes = np.arange(0, verdict_places.shape[0], 1, { dtype: np.int32 });
  const chosen = np.equal(np.expandDims(nearest, -1), classes).astype(np.float32);
  return np.sum(np.square(np.subtract(rows, np.matmul(chosen, verdict_places.ref))), -1);
}
