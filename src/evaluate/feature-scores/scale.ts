import { energyOf } from "./classifier.ts";
import { percentileParameter } from "./percentile-parameter.ts";
import { sharpening, survivors } from "./pruning.ts";
import { type FeatureScore, UndefinedScore } from "./types.ts";

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
    const count = survivors(width, percentile);
    if (count === 0) throw new UndefinedScore(`pruning ${percentile} % leaves none of ${width} features`);
    const energy = energyOf(fitting);
    return ({ features }) => {
      const factors = sharpening(features, width, count).map(Math.exp);
      return energy(features.map((value, i) => value * factors[Math.floor(i / width)]));
    };
  },
};
