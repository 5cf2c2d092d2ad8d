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

/** Rows of a block: a few MB at any width, and enough for a matrix product to be fast. */
export const BLOCK_ROWS = 1024;

/** Calls `visit` with `count` rows' blocks, one after the other. */
export async function eachBlock(
  count: number,
  visit: (from: number, to: number) => void | Promise<void>,
  blockRows = BLOCK_ROWS,
): Promise<void> {
  for (let from = 0; from < count; from += blockRows) await visit(from, Math.min(from + blockRows, count));
}
