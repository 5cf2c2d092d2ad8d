import { z } from "zod";
import { coordinatesBy } from "./coordinates.ts";
import type { Eigen } from "./eigen.ts";
import { centred, classMoments, type Scaling, withinEigen } from "./moments.ts";
import type { ScoredBlock } from "./scored-block.ts";
import { type Fitting, type Parameter, UndefinedScore } from "./types.ts";

/** How a covariance is inverted. */
export type CovarianceKind = "ledoit-wolf" | "empirical";

/** The parameter of all scores of this family. */
export const covarianceParameter = (usual: CovarianceKind, source: string): Parameter<CovarianceKind> => ({
  schema: z.enum(["ledoit-wolf", "empirical"]),
  default: usual,
  source,
  help: "`ledoit-wolf`: shrunk toward a multiple of I; `empirical`: pseudo-inverse, to which directions that never varied in training are invisible",
});

/** [n] */
export type SquaredDistances = (block: ScoredBlock) => Promise<Float64Array>;

/** Class means in coordinates in which the Mahalanobis distance is Euclidean. */
export interface WhitenedClasses {
  /** [D] that rows are taken from. */
  readonly origin: Float64Array;
  /** [r, D] */
  readonly axes: Float64Array;
  /** [K, r] the classes, along the axes. */
  readonly places: Float64Array;
}

/** Covariance within classes. */
export async function whitenedClasses(
  fitting: Fitting,
  scaling: Scaling,
  kind: CovarianceKind,
): Promise<WhitenedClasses> {
  const { means, mean, shrinkage } = await classMoments(fitting, scaling);
  const share = kind === "ledoit-wolf" ? shrinkage : 0;
  const axes = whitening(await withinEigen(fitting, scaling), share, fitting.width);
  return { origin: mean, axes, places: await fitting.innerProducts(centred(means, mean), axes, fitting.width) };
}

/** Squared Mahalanobis distance to the nearest class mean, covariance within classes. */
export async function nearestClass(
  fitting: Fitting,
  scaling: Scaling,
  kind: CovarianceKind,
): Promise<SquaredDistances> {
  const { width, innerProducts } = fitting;
  const { axes, places } = await whitenedClasses(fitting, scaling, kind);
  const rank = axes.length / width;
  const placeSquares = squaresOf(places, rank);
  const classes = placeSquares.length;
  const whitened = await whitenedRows(fitting, "within", scaling, kind);
  return async (block) => {
    const points = await whitened(block);
    const products = await innerProducts(points, places, rank);
    return squaresOf(points, rank).map((square, i) => {
      let nearest = Number.POSITIVE_INFINITY;
      for (let c = 0; c < classes; c++) nearest = Math.min(nearest, placeSquares[c] - 2 * products[i * classes + c]);
      return square + nearest;
    });
  };
}

/** [n, r] a block's rows along the axes of `whitening`, about the mean of all. */
async function whitenedRows(
  fitting: Fitting,
  covariance: "all" | "within",
  scaling: Scaling,
  kind: CovarianceKind,
): Promise<(block: ScoredBlock) => Promise<Float64Array>> {
  const { width } = fitting;
  const { eigen, of } = await coordinatesBy(fitting, covariance, scaling);
  const share = kind === "ledoit-wolf" ? (await classMoments(fitting, scaling)).shrinkage : 0;
  const lengths = keptSpreads(eigen, share, width);
  const rank = lengths.length;
  return async (block) => {
    const all = await of(block);
    const points = new Float64Array(block.count * rank);
    for (let i = 0, at = 0; i < all.length; i += width)
      for (let r = 0; r < rank; r++) points[at++] = all[i + r] / lengths[r];
    return points;
  };
}

/** Squared Mahalanobis distance to the mean of all, covariance of all. */
async function toAll(fitting: Fitting, scaling: Scaling): Promise<SquaredDistances> {
  const whitened = await whitenedRows(fitting, "all", scaling, "empirical");
  return async (block) => {
    const points = await whitened(block);
    return squaresOf(points, points.length / block.count);
  };
}

/** Squared distance to all less that to the nearest class, both by the pseudo-inverse. */
export async function toAllLessToNearest(fitting: Fitting, scaling: Scaling): Promise<SquaredDistances> {
  const [own, all] = [await nearestClass(fitting, scaling, "empirical"), await toAll(fitting, scaling)];
  return async (block) => {
    const [toClass, toMean] = [await own(block), await all(block)];
    return toMean.map((value, i) => value - toClass[i]);
  };
}

/**
 * [r] √λᵢ, by which rows along eigenvectors are divided so that distances are Euclidean. Shrunk by `share`, λ is
 * (1 − share) λ + share · mean λ: the eigenvectors stay. Eigenvalues up to D · 2⁻⁵² times the largest count as zero.
 */
function keptSpreads({ values }: Eigen, share: number, width: number): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / width;
  const shrunk = values.map((value) => (1 - share) * value + share * mean);
  const floor = width * Number.EPSILON * shrunk[0];
  const rank = shrunk.findIndex((value) => value <= floor);
  const kept = rank < 0 ? width : rank;
  if (kept === 0) throw new UndefinedScore("the training features do not vary");
  return shrunk.subarray(0, kept).map(Math.sqrt);
}

/** [r, D] rows vᵢ / √λᵢ. */
function whitening(eigen: Eigen, share: number, width: number): Float64Array {
  const spreads = keptSpreads(eigen, share, width);
  return eigen.vectors.slice(0, spreads.length * width).map((value, i) => value / spreads[Math.floor(i / width)]);
}

function squaresOf(rows: Float64Array, width: number): Float64Array {
  return Float64Array.from({ length: rows.length / width }, (_, i) => {
    let sum = 0;
    for (let d = i * width; d < (i + 1) * width; d++) sum += rows[d] * rows[d];
    return sum;
  });
}
