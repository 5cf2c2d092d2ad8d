import { z } from "zod";
import { standardOf, validationValues } from "./standards.ts";
import type { FeatureScore, Fitting, Scorer } from "./types.ts";

/**
 * The smaller of two z-scores, of a score that sees the prediction and of one that sees distances, each standardised on
 * validation images: known is what both take for known. It needs no foreign image.
 */
export const combination: FeatureScore<{ prediction: string; distance: string }> = {
  title: "Smaller z-score of a prediction and a distance",
  short: "combination",
  kind: "both",
  formula: "min over two scores s of (s − mean)/sd, mean and sd over validation",
  source: "ours: the plain way to have both",
  traps: "A heavy tail of either score on validation images hides what it sees: its sd is large then.",
  needs: ["features", "logits", "validation.features", "validation.logits"],
  parameters: {
    prediction: {
      schema: z.string(),
      default: "entropy",
      source: "ours",
      help: "`entropy` (negative, of the prediction), or a score of this table that sees predictions",
    },
    distance: {
      schema: z.string(),
      default: "mahalanobis",
      source: "ours",
      help: "a score of this table that sees distances",
    },
  },
  fit: async (fitting, { prediction, distance }) => {
    const names = [prediction, distance];
    const scorers = [await scorerOf(fitting, prediction), await scorerOf(fitting, distance)];
    const values = await validationValues(fitting, scorers);
    const standards = names.map((name, s) => standardOf(name, values[s]));
    return async (block) => {
      const smallest = new Float64Array(block.count).fill(Number.POSITIVE_INFINITY);
      for (const [s, { mean, spread }] of standards.entries())
        for (const [i, value] of (await scorers[s](block)).entries())
          smallest[i] = Math.min(smallest[i], (value - mean) / spread);
      return smallest;
    };
  },
};

const scorerOf = (fitting: Fitting, name: string): Promise<Scorer> | Scorer =>
  name === "entropy" ? ({ negativeEntropy }) => negativeEntropy : fitting.scorer(name);
