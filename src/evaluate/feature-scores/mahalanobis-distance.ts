import { z } from "zod";
import type { Eigen } from "./eigen.ts";
import { centred, classMoments, type Scaling, totalEigen, totalMoments, withinEigen } from "./moments.ts";
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

/** [n] of rows in float64 [n, D] */
export type SquaredDistances = (rows: Float64Array) => Promise<Float64Array>;

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
export const nearestClass = async (
  fitting: Fitting,
  scaling: Scaling,
  kind: CovarianceKind,
): Promise<SquaredDistances> => nearestOf(fitting, await whitenedClasses(fitting, scaling, kind));

/** Squared Mahalanobis distance to the mean of all, covariance of all. */
async function toAll(fitting: Fitting, scaling: Scaling): Promise<SquaredDistances> {
  const { mean } = await totalMoments(fitting, scaling);
  const axes = whitening(await totalEigen(fitting, scaling), 0, fitting.width);
  return nearestOf(fitting, { origin: mean, axes, places: new Float64Array(axes.length / fitting.width) });
}

/** Squared distance to all less that to the nearest class, both by the pseudo-inverse. */
export async function toAllLessToNearest(fitting: Fitting, scaling: Scaling): Promise<SquaredDistances> {
  const [own, all] = [await nearestClass(fitting, scaling, "empirical"), await toAll(fitting, scaling)];
  return async (rows) => {
    const [toClass, toMean] = [await own(rows), await all(rows)];
    return toMean.map((value, i) => value - toClass[i]);
  };
}

/**
 * [r, D] rows vᵢ / √λᵢ, after which distances are Euclidean. Shrunk by `share`, λ is (1 − share) λ + share · mean λ: the
 * eigenvectors stay. Eigenvalues up to D · 2⁻⁵² times the largest count as zero.
 */
function whitening({ values, vectors }: Eigen, share: number, width: number): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / width;
  const shrunk = values.map((value) => (1 - share) * value + share * mean);
  const floor = width * Number.EPSILON * shrunk[0];
  const rank = shrunk.findIndex((value) => value <= floor);
  const kept = rank < 0 ? width : rank;
  if (kept === 0) throw new UndefinedScore("the training features do not vary");
  return vectors.slice(0, kept * width).map((value, i) => value / Math.sqrt(shrunk[Math.floor(i / width)]));
}

function nearestOf({ width, innerProducts }: Fitting, { origin, axes, places }: WhitenedClasses): SquaredDistances {
  const rank = axes.length / width;
  const placeSquares = squaresOf(places, rank);
  return async (rows) => {
    const points = await innerProducts(centred(rows, origin), axes, width);
    const squares = squaresOf(points, rank);
    const products = await innerProducts(points, places, rank);
    return squares.map((square, i) => {
      let nearest = Number.POSITIVE_INFINITY;
      for (let c = 0; c < placeSquares.length; c++)
        nearest = Math.min(nearest, placeSquares[c] - 2 * products[i * placeSquares.length + c]);
      return square + nearest;
    });
  };
}

function squaresOf(rows: Float64Array, width: number): Float64Array {
  return Float64Array.from({ length: rows.length / width }, (_, i) => {
    let sum = 0;
    for (let d = i * width; d < (i + 1) * width; d++) sum += rows[d] * rows[d];
    return sum;
  });
}
