import { energyOf } from "./classifier.ts";
import { percentileParameter } from "./percentile-parameter.ts";
import { eachLargest, survivors } from "./pruning.ts";
import type { FeatureScore } from "./types.ts";

/** Energy of features that are all scaled by what ASH-S scales its survivors by (Xu et al. 2024). */
export const scale: FeatureScore<{ percentile: number }> = {
  title: "Energy of scaled features (SCALE)",
  short: "SCALE",
  kind: "prediction",
  formula: "E(W z exp(Σz/Σkept) + b), kept: the k = D − round(D p/100) largest",
  source: "Xu et al. 2024",
  traps: "Assumes z ≥ 0; the bias is not scaled. An all-zero image is NaN in OpenOOD, E(b) here.",
  needs: ["features", "classifier"],
  parameters: {
    percentile: percentileParameter(
      85,
      "the paper and OpenOOD",
      "p: percent of the features that do not count as kept",
      [65, 70, 75, 80, 85, 90, 95],
    ),
  },
  fit: (fitting, { percentile }) => {
    const { width } = fitting;
    const kept = survivors(width, percentile);
    const energy = energyOf(fitting);
    return (block) => {
      const factors = new Float64Array(block.count);
      eachLargest(block, width, kept, ({ row, sharpening }) => {
        factors[row] = Math.exp(sharpening);
      });
      return energy(block.features.map((value, i) => value * factors[Math.floor(i / width)]));
    };
  },
};
