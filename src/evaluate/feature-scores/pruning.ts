import { roundHalfEven } from "../../core/internal.ts";
import type { ScoredBlock } from "./scored-block.ts";
import { UndefinedScore } from "./types.ts";

/**
 * How many of `width` features survive where `percentile` percent are pruned; halves go to the even number.
 * @throws UndefinedScore where none does
 */
export function survivors(width: number, percentile: number): number {
  const count = width - roundHalfEven((width * percentile) / 100);
  if (count === 0) throw new UndefinedScore(`pruning ${percentile} % leaves none of ${width} features`);
  return count;
}

/** A row's largest entries. */
export interface Largest {
  readonly row: number;
  /** Where they are in the row, rising; overwritten at the next row. */
  readonly places: Int32Array;
  /** Σ of all entries. */
  readonly all: number;
  /** Σ of all entries by Σ of the largest; 0 where that is 0. */
  readonly sharpening: number;
}

/** Calls `visit` with each row's `count` largest entries; of equal entries the first ones. */
export function eachLargest(
  { features, sorted }: ScoredBlock,
  width: number,
  count: number,
  visit: (largest: Largest) => void,
): void {
  const places = new Int32Array(count);
  for (let row = 0, start = 0; start < features.length; row++, start += width) {
    const own = features.subarray(start, start + width);
    const threshold = sorted[start + width - count];
    let above = 0;
    for (let d = 0; d < width; d++) if (own[d] > threshold) above++;
    let [found, equal] = [0, count - above];
    for (let d = 0; d < width; d++)
      if (own[d] > threshold || (own[d] === threshold && equal-- > 0)) places[found++] = d;
    let [all, kept] = [0, 0];
    for (const value of own) all += value;
    for (const place of places) kept += own[place];
    visit({ row, places, all, sharpening: kept === 0 ? 0 : all / kept });
  }
}
