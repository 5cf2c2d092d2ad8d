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

/** What the entries of bank row `at` are divided by to be a unit row's. */
export const divisorOf = ({ norms }: Bank, at: number): number => norms[at] + NORM_EPSILON;
