import { largestClass, permutation, Random } from "../../core/index.ts";
import { type ForeignGroup, type Rows, softmax } from "../../evaluate/index.ts";
import { leastUsual, mostSimilar } from "../../evaluate/internal.ts";
import type { ScoredSource } from "./sources.ts";
import type { KnownScores, MeasuredVerdict } from "./verdict.ts";

/** Foreign images of a set that are shown, and the nearest training images of each. */
const [SHOWN, NEAREST] = [3, 3];

/** A foreign image, what is said of it, and what it is most like. */
export interface VerdictExample {
  readonly set: string;
  readonly group?: ForeignGroup;
  readonly row: number;
  /** The class that is answered, and its probability. */
  readonly predicted: number;
  readonly confidence: number;
  readonly known: boolean;
  /** What is least usual of it. */
  readonly by: "prediction" | "distance";
  /** Of the training images whose features are stored: which of those, and the cosine. */
  readonly nearest: readonly { readonly row: number; readonly similarity: number }[];
}

/** Drawn, not picked: always the same images of a set. */
export async function verdictExamples(
  { set, group, predictions, features }: ScoredSource,
  { known, parts: scores }: KnownScores,
  { results: { threshold = 0 }, parts }: MeasuredVerdict,
  bank: Rows,
): Promise<VerdictExample[]> {
  if (!features) return [];
  const { logits, classes } = predictions();
  const rows = [...permutation(known.length, new Random("verdict examples", set)).slice(0, SHOWN)].sort(
    (a, b) => a - b,
  );
  const own: Float64Array[] = [];
  for (const row of rows) own.push(unit(await features.block(row, row + 1), 0, features.width));
  const similar = await cosines(own, bank);
  return rows.map((row, i) => {
    const predicted = largestClass(logits, row, classes);
    const { confidence } = softmax(logits.slice(row * classes, (row + 1) * classes), classes);
    return {
      set,
      ...(group && { group }),
      row,
      predicted,
      confidence: confidence[0],
      known: known[row] >= threshold,
      by: leastUsual(
        parts,
        Float32Array.from(scores, (values) => values[row]),
      ),
      nearest: mostSimilar(similar[i], NEAREST).map((at) => ({ row: at, similarity: similar[i][at] })),
    };
  });
}

/** Of each of the features to each row of the bank, which is gone through once. */
async function cosines(own: readonly Float64Array[], bank: Rows): Promise<Float32Array[]> {
  const similar = own.map(() => new Float32Array(bank.count));
  const step = 1024;
  for (let from = 0; from < bank.count; from += step) {
    const to = Math.min(from + step, bank.count);
    const block = await bank.block(from, to);
    for (let row = from; row < to; row++) {
      const other = unit(block, row - from, bank.width);
      for (const [i, one] of own.entries()) similar[i][row] = one.reduce((sum, value, d) => sum + value * other[d], 0);
    }
  }
  return similar;
}

/** A row, scaled to length 1. */
function unit(block: ArrayLike<number>, row: number, width: number): Float64Array {
  const own = Float64Array.from({ length: width }, (_, d) => block[row * width + d]);
  const norm = Math.sqrt(own.reduce((sum, value) => sum + value * value, 0)) || 1;
  return own.map((value) => value / norm);
}
