import { z } from "zod";
import { type AgreementTile, agreementTiles, rowsAt } from "./agreement-tiles.ts";
import { type Bank, bankOf } from "./bank.ts";
import { NORM_EPSILON } from "./scored-block.ts";
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
    const bank = await bankOf(fitting);
    const tiles = await agreementTiles(fitting);
    return async ({ count, features, norms, softmax: { probabilities } }) => {
      const judged = { rows: scaled(features, norms, fitting.width), probabilities };
      const sums = new Float64Array(count);
      for (const tile of tiles)
        await eachRelation(fitting, bank, judged, tile, (i, strength) => {
          sums[i] += power === 1 ? strength : strength ** power;
        });
      return sums;
    };
  },
};

interface Judged {
  /** [n, D] */
  readonly rows: Float64Array;
  /** [n, K] */
  readonly probabilities: Float64Array;
}

/**
 * Calls `visit` with the relations above the threshold. A cosine is at most 1: who agrees no more than the threshold has no
 * relation, and that is most.
 */
async function eachRelation(
  { width, classes, innerProducts }: Fitting,
  bank: Bank,
  { rows, probabilities }: Judged,
  { places, probabilities: theirs, peaks }: AgreementTile,
  visit: (row: number, strength: number) => void,
): Promise<void> {
  const columns = places.length;
  const open: number[] = [];
  for (let i = 0; i * classes < probabilities.length; i++)
    // A little less, for sums of products are rounded.
    if (dot(probabilities, i * classes, peaks, 0, classes) > THRESHOLD * (1 - 1e-9)) open.push(i);
  if (open.length === 0) return;
  const agreement = await innerProducts(rowsAt(probabilities, open, classes), theirs, classes);
  const agreeing = Int32Array.from(open, (_, n) => countAbove(agreement, n * columns, (n + 1) * columns));
  const dense = open.filter((_, n) => agreeing[n] > DENSE * columns);
  const tile = tileRows(bank, places);
  const cosines = dense.length > 0 ? await innerProducts(rowsAt(rows, dense, width), tile, width) : undefined;
  let place = 0;
  for (const [n, i] of open.entries()) {
    const from = agreeing[n] > DENSE * columns ? place++ * columns : undefined;
    for (let j = 0, left = agreeing[n]; left > 0; j++) {
      const agrees = agreement[n * columns + j];
      if (!(agrees > THRESHOLD)) continue;
      left--;
      const cosine = from === undefined ? dot(rows, i * width, tile, j * width, width) : cosines![from + j];
      if (cosine * agrees > THRESHOLD) visit(i, cosine * agrees);
    }
  }
}

/** A judged image that agrees with a larger share of a tile is multiplied with all of it, which is faster then. */
const DENSE = 1 / 8;

function countAbove(agreement: Float64Array, from: number, to: number): number {
  let above = 0;
  for (let j = from; j < to; j++) if (agreement[j] > THRESHOLD) above++;
  return above;
}

function dot(a: Float64Array, atA: number, b: Float64Array, atB: number, width: number): number {
  let sum = 0;
  for (let d = 0; d < width; d++) sum += a[atA + d] * b[atB + d];
  return sum;
}

/** What a row is divided by, as the authors' code has it. */
const divisorOf = (norm: number): number => Math.sqrt(norm * norm + NORM_EPSILON);

function scaled(rows: Float64Array, norms: Float64Array, width: number): Float64Array {
  const own = new Float64Array(rows.length);
  for (let i = 0; i < norms.length; i++) {
    const divisor = divisorOf(norms[i]);
    for (let d = i * width; d < (i + 1) * width; d++) own[d] = rows[d] / divisor;
  }
  return own;
}

function tileRows({ width, rows, norms }: Bank, places: Int32Array): Float64Array {
  const tile = new Float64Array(places.length * width);
  for (let i = 0, at = 0; i < places.length; i++) {
    const [start, divisor] = [places[i] * width, divisorOf(norms[places[i]])];
    for (let d = start; d < start + width; d++) tile[at++] = rows[d] / divisor;
  }
  return tile;
}
