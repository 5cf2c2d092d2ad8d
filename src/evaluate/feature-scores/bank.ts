import type { Scaling } from "./moments.ts";
import type { NumberRows } from "./rows.ts";
import { eachBlock } from "./rows.ts";
import { NORM_EPSILON, normsOf } from "./scored-block.ts";
import { type Fitting, UndefinedScore } from "./types.ts";

/** All training features, for scores that compare an image with each of them. */
export interface Bank {
  readonly count: number;
  readonly width: number;
  /** [N, D] as they were given: float32 stays float32. */
  readonly rows: NumberRows;
  /** [N] */
  readonly norms: Float64Array;
}

/** Bank rows that are multiplied at once: with a block of judged rows their products are 32 MB at most. */
export const TILE_ROWS = 2048;

export const bankOf = (fitting: Fitting): Promise<Bank> =>
  fitting.once("bank", async () => {
    const { width } = fitting;
    const { features } = fitting.data.training!;
    let rows: NumberRows | undefined;
    const norms = new Float64Array(features.count);
    await eachBlock(features.count, async (from, to) => {
      const block = await features.block(from, to);
      rows ??= new (block instanceof Float32Array ? Float32Array : Float64Array)(features.count * width);
      rows.set(block, from * width);
      norms.set(normsOf(Float64Array.from(block), width), from);
    });
    if (!norms.every(Number.isFinite)) throw new UndefinedScore("a training feature is NaN or infinite");
    return { count: features.count, width, rows: rows!, norms };
  });

/** What an entry of row `at` is divided by. */
export const divisorOf = ({ norms }: Bank, at: number, scaling: Scaling): number =>
  scaling === "unit" ? norms[at] + NORM_EPSILON : 1;

/** Rows `from` to `to` in float64, in a new array. */
export function tileOf(bank: Bank, from: number, to: number, scaling: Scaling): Float64Array {
  const { width, rows } = bank;
  const tile = Float64Array.from(rows.subarray(from * width, to * width));
  if (scaling === "unit")
    for (let i = from; i < to; i++) {
      const divisor = divisorOf(bank, i, scaling);
      for (let d = (i - from) * width; d < (i - from + 1) * width; d++) tile[d] /= divisor;
    }
  return tile;
}
