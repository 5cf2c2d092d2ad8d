import { toAllLessToNearest } from "./mahalanobis-distance.ts";
import type { FeatureScore } from "./types.ts";

/** Distance to all less that to the nearest class (Ren et al. 2021), both by the pseudo-inverse, as published. */
export const relativeMahalanobis: FeatureScore<Record<never, never>> = {
  title: "Relative Mahalanobis distance",
  short: "relative Mahalanobis",
  kind: "both",
  formula: "MD_0(z) − min over c of MD_c(z), MD_0 with the mean and covariance of all",
  source: "Ren et al. 2021",
  traps: "Good near, poor far: where both distances grow they cancel.",
  needs: ["features", "training.features", "training.labels"],
  parameters: {},
  fit: (fitting) => toAllLessToNearest(fitting, "raw"),
};
