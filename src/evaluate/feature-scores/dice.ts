import { quantile } from "../quantile.ts";
import { energyOf } from "./classifier.ts";
import { trainingMean } from "./moments.ts";
import { percentileParameter } from "./percentile-parameter.ts";
import type { FeatureScore } from "./types.ts";

/** Energy of a classifier of which only the weights that contribute most are left (Sun & Li 2022). */
export const dice: FeatureScore<{ percentile: number }> = {
  title: "Energy of a sparse classifier (DICE)",
  short: "DICE",
  kind: "prediction",
  formula: "E((W ∘ M) z + b), M: entries of W ∘ μ above their p-th percentile",
  source: "Sun & Li 2022",
  traps: "OpenOOD caches the mask: its sweep over p changes nothing after the first.",
  needs: ["features", "training.features", "classifier"],
  parameters: {
    percentile: percentileParameter(
      90,
      "the authors' code for CIFAR, and OpenOOD (70 for ImageNet)",
      "p: percent of the weights that are dropped",
      [90],
    ),
  },
  fit: async (fitting, { percentile }) => {
    const { width, data } = fitting;
    const mean = await trainingMean(fitting);
    const weight = Float64Array.from(data.classifier!.weight);
    const contribution = weight.map((value, i) => value * mean[i % width]);
    const threshold = quantile(contribution, percentile / 100);
    const energy = energyOf(
      fitting,
      weight.map((value, i) => (contribution[i] > threshold ? value : 0)),
    );
    return ({ features }) => energy(features);
  },
};
