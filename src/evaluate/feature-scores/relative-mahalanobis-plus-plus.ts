import { toAllLessToNearest } from "./mahalanobis-distance.ts";
import type { FeatureScore } from "./types.ts";

/** Distance to all less that to the nearest class (Ren et al. 2021; Müller & Hein 2025), both by the pseudo-inverse, as published. */
export const relativeMahalanobisPlusPlus: FeatureScore<Record<never, never>> = {
  title: "Relative Mahalanobis distance of unit features",
  short: "relative Mahalanobis++",
  kind: "both",
  formula: "relative Mahalanobis on unit(z)",
  source: "Ren et al. 2021; Müller & Hein 2025",
  traps: "As relative Mahalanobis, and the norm is gone.",
  needs: ["features", "training.features", "training.labels"],
  parameters: {},
  fit: (fitting) => toAllLessToNearest(fitting, "unit"),
};
