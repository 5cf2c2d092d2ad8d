import type { Eigen } from "./eigen.ts";
import { centred, type Scaling, totalEigen, trainingMean, withinEigen } from "./moments.ts";
import { perBlock } from "./per-block.ts";
import type { ScoredBlock } from "./scored-block.ts";
import type { Fitting } from "./types.ts";

/** Eigenvectors of the training features' covariance, and rows along them. */
export interface Coordinates {
  readonly eigen: Eigen;
  /** [n, D] a block's rows about the training mean along each eigenvector, which the scores of a fit share. */
  readonly of: (block: ScoredBlock) => Promise<Float64Array>;
}

/** By the covariance of all training features, or that within classes. */
export const coordinatesBy = (fitting: Fitting, covariance: "all" | "within", scaling: Scaling): Promise<Coordinates> =>
  fitting.once(`coordinates by ${covariance}, ${scaling}`, async () => {
    const { width, innerProducts } = fitting;
    const eigen = await (covariance === "all" ? totalEigen : withinEigen)(fitting, scaling);
    const mean = await trainingMean(fitting, scaling);
    const of = perBlock(async ({ unit, features }: ScoredBlock) =>
      innerProducts(centred(scaling === "unit" ? unit : features, mean), eigen.vectors, width),
    );
    return { eigen, of };
  });
