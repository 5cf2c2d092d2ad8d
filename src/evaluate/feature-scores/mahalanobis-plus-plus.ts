import { type CovarianceKind, covarianceParameter, nearestClass } from "./mahalanobis-distance.ts";
import type { FeatureScore } from "./types.ts";

/** Mahalanobis distance of features divided by their norm, means and covariance too (Müller & Hein 2025). */
export const mahalanobisPlusPlus: FeatureScore<{ covariance: CovarianceKind }> = {
  title: "Mahalanobis distance of unit features (Mahalanobis++)",
  short: "Mahalanobis++",
  kind: "distance",
  formula: "Mahalanobis on unit(z), means and covariance of unit rows",
  source: "Müller & Hein 2025; covariance: Ledoit & Wolf 2004",
  traps: "The norm, which often tells far images, is gone.",
  needs: ["features", "training.features", "training.labels"],
  parameters: { covariance: covarianceParameter("ledoit-wolf", "Ledoit & Wolf 2004; the paper: empirical") },
  fit: async (fitting, { covariance }) => {
    const distances = await nearestClass(fitting, "unit", covariance);
    return async (block) => (await distances(block)).map((value) => -value);
  },
};
