import { UserError } from "../../core/index.ts";

/** A matrix [count, width] that is read in blocks: it may lie in a file and be larger than memory. */
export interface Rows {
  readonly count: number;
  readonly width: number;
  /** Rows `from` to `to` (exclusive), row-major; the reader may overwrite it at the next call. */
  readonly block: (from: number, to: number) => NumberRows | Promise<NumberRows>;
}

export type NumberRows = Float32Array | Float64Array;

/**
 * A matrix in memory, row-major, as `Rows`.
 * @example rowsOf(Float32Array.of(1, 2, 3, 4), 2) // two rows of two
 * @throws UserError where the numbers are no whole rows.
 */
export function rowsOf(values: NumberRows, width: number): Rows {
  if (!Number.isInteger(width) || width < 1 || values.length % width !== 0)
    throw new UserError(`rowsOf: ${values.length} numbers are no rows of ${width}; give the width that they have`);
  return {
    count: values.length / width,
    width,
    block: (from, to) => values.subarray(from * width, to * width),
  };
}

/** Rows of a block: 16 MB in float64 at most, and many where they are short, for a matrix product likes that. */
export const blockRowsOf = (width: number): number => Math.min(4096, Math.max(256, Math.floor(2 ** 21 / width)));

/** Calls `visit` with the blocks of `count` rows, one after the other. */
export async function eachBlock(
  count: number,
  visit: (from: number, to: number) => void | Promise<void>,
  blockRows = 1024,
): Promise<void> {
  for (let from = 0; from < count; from += blockRows) await visit(from, Math.min(from + blockRows, count));
}
