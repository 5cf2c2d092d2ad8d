import { z } from "zod";
import { type Bank, bankOf, divisorOf, TILE_ROWS, tileOf } from "./bank.ts";
import { eachBlock } from "./rows.ts";
import { softmaxOfBlock } from "./scored-block.ts";
import { productError, Smallest } from "./smallest.ts";
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
    const { width, innerProducts } = fitting;
    const bank = await bankOf(fitting);
    if (k > bank.count) throw new UndefinedScore(`k = ${k} needs as many training rows; there are ${bank.count}`);
    const energies = await trainingEnergies(fitting);
    const largest = energies.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    return async ({ unit, count, softmax }) => {
      // Larger is nearer here, so that negatives are sought.
      const nearest = new Smallest(k, new Float64Array(count).fill(productError(width) * largest));
      const short = Float32Array.from(unit);
      await eachBlock(
        bank.count,
        async (from, to) => {
          const tile = Float32Array.from(tileOf(bank, from, to, "unit"));
          gather(nearest, await innerProducts(short, tile, width), energies.subarray(from, to), from, count);
        },
        TILE_ROWS,
      );
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

function gather(nearest: Smallest, products: Float32Array, energies: Float64Array, from: number, count: number): void {
  const columns = energies.length;
  for (let i = 0; i < count; i++) {
    const own = products.subarray(i * columns, (i + 1) * columns);
    let limit = nearest.limits[i];
    for (let j = 0; j < columns; j++) {
      const estimate = -own[j] * energies[j];
      if (estimate > limit) continue;
      nearest.add(i, estimate, from + j);
      limit = nearest.limits[i];
    }
  }
}

function similarity(bank: Bank, place: number, row: Float64Array): number {
  const divisor = divisorOf(bank, place, "unit");
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
