import { classMeans } from "./moments.ts";
import type { FeatureScore } from "./types.ts";

/** −distance to the nearest class mean: a free baseline (Bitterwolf, Müller & Hein 2023). */
export const classMean: FeatureScore<Record<never, never>> = {
  title: "Distance to the nearest class mean",
  short: "class mean",
  kind: "distance",
  formula: "−min over c of ‖z − μ_c‖",
  source: "baseline in NINCO's code (Bitterwolf, Müller & Hein 2023)",
  needs: ["features", "training.features", "training.labels"],
  parameters: {},
  fit: async (fitting) => {
    const { width, classes } = fitting;
    const means = await classMeans(fitting);
    return ({ count, features }) =>
      Float64Array.from({ length: count }, (_, i) => {
        let nearest = Number.POSITIVE_INFINITY;
        for (let c = 0; c < classes; c++) {
          let sum = 0;
          for (let d = 0; d < width; d++) sum += (features[i * width + d] - means[c * width + d]) ** 2;
          nearest = Math.min(nearest, sum);
        }
        return -Math.sqrt(nearest);
      });
  },
};
