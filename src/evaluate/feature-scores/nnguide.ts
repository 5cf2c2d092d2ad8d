import { z } from "zod";
import { type Bank, bankOf, divisorOf } from "./bank.ts";
import { bankSearch } from "./bank-search.ts";
import { eachBlock } from "./rows.ts";
import { softmaxOfBlock } from "./scored-block.ts";
import { type FeatureScore, type Fitting, UndefinedScore } from "./types.ts";

/**
 * Energy, guided by the most similar training images, each weighted by its own energy (Park et al. 2023). Candidates come
 * from float32 products within whose error nothing is lost; their similarities are computed again in float64.
 */
export const nnguide: FeatureScore<{ k: number }> = {
  title: "Energy guided by nearest neighbours (NNGuide)",
  short: "NNGuide",
  kind: "both",
  formula: "E(l) · mean of the k largest ⟨unit(z), unit(zᵢ) E(lᵢ)⟩",
  source: "Park et al. 2023",
  traps:
    "Two negative factors make a positive score: it needs E > 0. OpenOOD takes k = 100 of the first 1 % of the training images.",
  needs: ["features", "logits", "training.features", "training.logits"],
  parameters: {
    k: {
      schema: z.number().int().positive(),
      default: 10,
      source: "the authors' code",
      help: "how many neighbours; at most the training images",
      grid: [100],
    },
  },
  fit: async (fitting, { k }) => {
    const { width } = fitting;
    const bank = await bankOf(fitting);
    if (k > bank.count) throw new UndefinedScore(`k = ${k} needs as many training rows; there are ${bank.count}`);
    const energies = await trainingEnergies(fitting);
    // Larger is nearer here, so that negatives are sought.
    const search = await bankSearch(fitting, {
      count: k,
      rows: ({ count }) => ({ offsets: new Float64Array(count), factors: new Float64Array(count).fill(1) }),
      offsets: new Float64Array(bank.count),
      factors: energies,
    });
    return async (block) => {
      const { unit, softmax } = block;
      const nearest = await search(block);
      return softmax.energy.map((energy, i) => {
        const row = unit.subarray(i * width, (i + 1) * width);
        const similar = Float64Array.from(
          nearest.candidates(i),
          (place) => similarity(bank, place, row) * energies[place],
        );
        let sum = 0;
        for (const value of similar.sort().subarray(similar.length - k)) sum += value;
        return energy * (sum / k);
      });
    };
  },
};

function similarity(bank: Bank, place: number, row: Float64Array): number {
  const divisor = divisorOf(bank, place);
  let sum = 0;
  for (let d = 0, at = place * bank.width; d < row.length; d++) sum += row[d] * (bank.rows[at + d] / divisor);
  return sum;
}

/** [N] */
const trainingEnergies = ({ classes, data, once }: Fitting): Promise<Float64Array> =>
  once("training energies", async () => {
    const logits = data.training!.logits!;
    const energies = new Float64Array(logits.count);
    await eachBlock(logits.count, async (from, to) => {
      energies.set(softmaxOfBlock(Float64Array.from(await logits.block(from, to)), classes).energy, from);
    });
    return energies;
  });
