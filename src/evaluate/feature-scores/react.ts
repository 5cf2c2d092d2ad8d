import { quantileOfSorted } from "../quantile.ts";
import { energyOf, sortedFeatures } from "./classifier.ts";
import { percentileParameter } from "./percentile-parameter.ts";
import type { FeatureScore } from "./types.ts";

/** Energy of features that are clipped from above (Sun, Guo & Li 2021). */
export const react: FeatureScore<{ percentile: number }> = {
  title: "Energy of clipped features (ReAct)",
  short: "ReAct",
  kind: "prediction",
  formula: "E(W min(z, t) + b), t = p-th percentile of all validation features",
  source: "Sun, Guo & Li 2021",
  traps: "OpenOOD takes t from validation images, the authors from training images.",
  needs: ["features", "validation.features", "classifier"],
  parameters: {
    percentile: percentileParameter(
      90,
      "the paper and OpenOOD",
      "p: features above this percentile are clipped",
      [85, 90, 95, 99],
    ),
  },
  fit: async (fitting, { percentile }) => {
    const threshold = quantileOfSorted(await sortedFeatures(fitting, "validation"), percentile / 100);
    const energy = energyOf(fitting);
    return ({ features }) => energy(features.map((value) => Math.min(value, threshold)));
  },
};
