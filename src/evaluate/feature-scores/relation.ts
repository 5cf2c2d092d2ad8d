import { z } from "zod";
import { bankOf, TILE_ROWS, tileOf } from "./bank.ts";
import { eachBlock } from "./rows.ts";
import { NORM_EPSILON, softmaxOfBlock } from "./scored-block.ts";
import type { FeatureScore, Fitting } from "./types.ts";

/** Relations that are not larger do not count (the authors' code). */
const THRESHOLD = 0.03;

/** How strongly an image is related to the training images, by features and predictions (Kim et al. 2023). */
export const relation: FeatureScore<{ power: number }> = {
  title: "Relation to the training images (Relation)",
  short: "Relation",
  kind: "both",
  formula: "Σ over i of rᵢ^pow where rᵢ > 0.03, rᵢ = max(0, cos(z, zᵢ)) · p·pᵢ",
  source: "Kim et al. 2023",
  traps: "Grows with the number of training images: compare only scores of one bank.",
  needs: ["features", "logits", "training.features", "training.logits"],
  parameters: {
    power: {
      schema: z.number().positive(),
      default: 1,
      source: "OpenOOD",
      help: "exponent of each relation",
      grid: [1, 2, 4, 6, 8],
    },
  },
  fit: async (fitting, { power }) => {
    const { width, innerProducts } = fitting;
    const bank = await bankOf(fitting);
    const predictions = await trainingProbabilities(fitting);
    return async ({ features, norms, softmax }) => {
      const own = scaled(features, norms, width);
      const sums = new Float64Array(norms.length);
      await eachBlock(
        bank.count,
        async (from, to) => {
          const tile = scaled(tileOf(bank, from, to, "raw"), bank.norms.subarray(from, to), width);
          const agreement = await agreements(fitting, softmax.probabilities, predictions, from, to);
          addRelations(sums, await innerProducts(own, tile, width), agreement, power);
        },
        TILE_ROWS,
      );
      return sums;
    };
  },
};

/** [n, m] p·pᵢ */
const agreements = (
  { classes, innerProducts }: Fitting,
  own: Float64Array,
  bank: Float64Array,
  from: number,
  to: number,
) => innerProducts(own, bank.subarray(from * classes, to * classes), classes);

function addRelations(sums: Float64Array, cosines: Float64Array, agreement: Float64Array, power: number): void {
  const columns = cosines.length / sums.length;
  for (let i = 0; i < sums.length; i++)
    for (let at = i * columns; at < (i + 1) * columns; at++) {
      const strength = Math.max(cosines[at], 0) * agreement[at];
      if (strength > THRESHOLD) sums[i] += power === 1 ? strength : strength ** power;
    }
}

/** Rows divided by √(‖z‖² + 1e-10), as the authors' code has it. */
function scaled(rows: Float64Array, norms: Float64Array, width: number): Float64Array {
  const divisors = norms.map((norm) => Math.sqrt(norm * norm + NORM_EPSILON));
  return rows.map((value, i) => value / divisors[Math.floor(i / width)]);
}

/** [N, K] */
async function trainingProbabilities({ classes, data }: Fitting): Promise<Float64Array> {
  const logits = data.training!.logits!;
  const probabilities = new Float64Array(logits.count * classes);
  await eachBlock(logits.count, async (from, to) => {
    const own = softmaxOfBlock(Float64Array.from(await logits.block(from, to)), classes);
    probabilities.set(own.probabilities, from * classes);
  });
  return probabilities;
}
