import { z } from "zod";
import { eachBlock } from "./rows.ts";
import { ScoredBlock } from "./scored-block.ts";
import { type FeatureScore, type Fitting, type Scorer, UndefinedScore } from "./types.ts";

/** A score's values of known images that were not trained on. */
interface Standard {
  readonly scorer: Scorer;
  readonly mean: number;
  /** Of these images: divided by their number. */
  readonly spread: number;
}

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
    const own = [await scorerOf(fitting, prediction), await scorerOf(fitting, distance)];
    const standards = await standardsOf(fitting, [prediction, distance], own);
    return async (block) => {
      const smallest = new Float64Array(block.count).fill(Number.POSITIVE_INFINITY);
      for (const { scorer, mean, spread } of standards)
        for (const [i, value] of (await scorer(block)).entries())
          smallest[i] = Math.min(smallest[i], (value - mean) / spread);
      return smallest;
    };
  },
};

const scorerOf = (fitting: Fitting, name: string): Promise<Scorer> =>
  name === "entropy" ? Promise.resolve(negativeEntropy(fitting)) : fitting.scorer(name);

/** Σ p log p */
export const negativeEntropy =
  ({ classes }: Fitting): Scorer =>
  ({ count, softmax: { probabilities } }) =>
    Float64Array.from({ length: count }, (_, i) => {
      let sum = 0;
      for (let k = i * classes; k < (i + 1) * classes; k++)
        if (probabilities[k] > 0) sum += probabilities[k] * Math.log(probabilities[k]);
      return sum;
    });

async function standardsOf(
  fitting: Fitting,
  names: readonly string[],
  scorers: readonly Scorer[],
): Promise<Standard[]> {
  const { width, classes, data } = fitting;
  const { features, logits } = data.validation!;
  const values = scorers.map(() => new Float64Array(features.count));
  await eachBlock(features.count, async (from, to) => {
    const block = new ScoredBlock(await features.block(from, to), width, await logits!.block(from, to), classes);
    for (const [s, scorer] of scorers.entries()) values[s].set(await scorer(block), from);
  });
  return scorers.map((scorer, s) => {
    const mean = meanOf(values[s]);
    const spread = Math.sqrt(meanOf(values[s].map((value) => (value - mean) ** 2)));
    if (!(spread > 0)) throw new UndefinedScore(`${names[s]} does not vary over the validation images`);
    return { scorer, mean, spread };
  });
}

const meanOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
