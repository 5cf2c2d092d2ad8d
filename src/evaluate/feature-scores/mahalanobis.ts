import { type CovarianceKind, covarianceParameter, nearestClass } from "./mahalanobis-distance.ts";
import type { FeatureScore } from "./types.ts";

/**
 * −min over c of (z − μ_c)ᵀ Σ⁻¹ (z − μ_c) on the last layer's features (Lee et al. 2018). Where they and
 * OpenOOD take the pseudo-inverse, Ledoit and Wolf's shrinkage is the default.
 */
export const mahalanobis: FeatureScore<{ covariance: CovarianceKind }> = {
  title: "Mahalanobis distance to the nearest class mean",
  short: "Mahalanobis",
  kind: "distance",
  formula: "−min over c of (z − μ_c)ᵀ Σw⁻¹ (z − μ_c)",
  source: "Lee et al. 2018; covariance: Ledoit & Wolf 2004",
  traps:
    "With the pseudo-inverse (OpenOOD, in float32) a direction that never varied in training is invisible. Only the last layer, no input perturbation. Blind to unseen meanings that lie among the known.",
  needs: ["features", "training.features", "training.labels"],
  parameters: { covariance: covarianceParameter("ledoit-wolf", "Ledoit & Wolf 2004; OpenOOD: empirical") },
  fit: async (fitting, { covariance }) => {
    const distances = await nearestClass(fitting, "raw", covariance);
    return async (block) => (await distances(block)).map((value) => -value);
  },
};
