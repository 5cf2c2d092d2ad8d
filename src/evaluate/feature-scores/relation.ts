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
    const { width, classes, innerProducts } = fitting;
    const bank = await bankOf(fitting);
    const predictions = await trainingProbabilities(fitting);
    return async ({ features, norms, softmax }) => {
      const own = scaled(features, norms, width);
      const sums = new Float64Array(norms.length);
      await eachBlock(
        bank.count,
        async (from, to) => {
          const theirs = predictions.subarray(from * classes, to * classes);
          const agreement = await innerProducts(softmax.probabilities, theirs, classes);
          const tile = scaled(tileOf(bank, from, to, "raw"), bank.norms.subarray(from, to), width);
          // A cosine is at most 1: who agrees less than the threshold has no relation, and that is most of many classes.
          const isDense = shareAbove(agreement) > DENSE;
          const cosines = isDense ? await innerProducts(own, tile, width) : undefined;
          addRelations(sums, agreement, power, (i, j) =>
            cosines ? cosines[i * (to - from) + j] : dot(own, i * width, tile, j * width, width),
          );
        },
        TILE_ROWS,
      );
      return sums;
    };
  },
};

/** Where more pairs agree, a matrix product of all is faster than the products of those that do. */
const DENSE = 1 / 8;

const shareAbove = (agreement: Float64Array): number => {
  let above = 0;
  for (const value of agreement) if (value > THRESHOLD) above++;
  return above / agreement.length;
};

function addRelations(
  sums: Float64Array,
  agreement: Float64Array,
  power: number,
  cosine: (row: number, column: number) => number,
): void {
  const columns = agreement.length / sums.length;
  for (let i = 0; i < sums.length; i++)
    for (let j = 0; j < columns; j++) {
      const agrees = agreement[i * columns + j];
      if (!(agrees > THRESHOLD)) continue;
      const strength = cosine(i, j) * agrees;
      if (strength > THRESHOLD) sums[i] += power === 1 ? strength : strength ** power;
    }
}

function dot(a: Float64Array, atA: number, b: Float64Array, atB: number, width: number): number {
  let sum = 0;
  for (let d = 0; d < width; d++) sum += a[atA + d] * b[atB + d];
  return sum;
}

/** Rows divided by √(‖z‖² + 1e-10), as the authors' code has it. */
function scaled(rows: Float64Array, norms: Float64Array, width: number): Float64Array {
  const own = new Float64Array(rows.length);
  for (let i = 0; i < norms.length; i++) {
    const divisor = Math.sqrt(norms[i] * norms[i] + NORM_EPSILON);
    for (let d = i * width; d < (i + 1) * width; d++) own[d] = rows[d] / divisor;
  }
  return own;
}

/** [N, K] */
const trainingProbabilities = ({ classes, data, once }: Fitting): Promise<Float64Array> =>
  once("training probabilities", async () => {
    const logits = data.training!.logits!;
    const probabilities = new Float64Array(logits.count * classes);
    await eachBlock(logits.count, async (from, to) => {
      const own = softmaxOfBlock(Float64Array.from(await logits.block(from, to)), classes);
      probabilities.set(own.probabilities, from * classes);
    });
    return probabilities;
  });
