import { quantileOfSorted } from "../quantile.ts";
import { energyOf, sortedFeatures } from "./classifier.ts";
import { percentileParameter } from "./percentile-parameter.ts";
import type { FeatureScore } from "./types.ts";

/** Energy of features that are clipped from both sides (Xu et al. 2023, as OpenOOD has it). */
export const vra: FeatureScore<{ low: number; high: number }> = {
  title: "Energy of features clipped from both sides (VRA)",
  short: "VRA",
  kind: "prediction",
  formula: "E(W clip(z, t_low, t_high) + b), percentiles of all validation features",
  source: "Xu et al. 2023, as in OpenOOD",
  traps: "The lower bound does nothing to sparse features after a ReLU, whose percentile is 0: it is ReAct then.",
  needs: ["features", "validation.features", "classifier"],
  parameters: {
    low: percentileParameter(10, "OpenOOD", "features below this percentile are raised to it", [1, 5, 10, 15]),
    high: percentileParameter(90, "OpenOOD", "features above this percentile are lowered to it", [85, 90, 95, 99]),
  },
  fit: async (fitting, { low, high }) => {
    const sorted = await sortedFeatures(fitting, "validation");
    const [from, to] = [quantileOfSorted(sorted, low / 100), quantileOfSorted(sorted, high / 100)];
    const energy = energyOf(fitting);
    return ({ features }) => energy(features.map((value) => Math.min(Math.max(value, from), to)));
  },
};
