import type { Boxes } from "../../core/index.ts";

/** A box of a file. */
export interface BoxRow {
  /** Place of its image. */
  readonly image: number;
  /** Place of its class. */
  readonly index: number;
  /** x, y, width, height */
  readonly box: readonly [number, number, number, number];
}

/** Rows of a file as a ragged column by image, those of an image in the file's order. */
export function columnsOf(
  rows: readonly BoxRow[],
  images: number,
): { readonly column: Omit<Boxes, "names">; readonly order: Float64Array } {
  const first = new Int32Array(images + 1);
  for (const { image } of rows) first[image + 1]++;
  for (let image = 0; image < images; image++) first[image + 1] += first[image];
  const next = first.slice();
  // Float64: what maps it gives areas and scores.
  const order = new Float64Array(rows.length);
  for (const [row, { image }] of rows.entries()) order[next[image]++] = row;
  const boxes = new Float64Array(4 * rows.length);
  const index = new Int32Array(rows.length);
  for (let at = 0; at < rows.length; at++) {
    const row = rows[order[at]];
    boxes.set(row.box, 4 * at);
    index[at] = row.index;
  }
  return { column: { first, boxes, index }, order };
}

/** Tells whether there was a box of that image, class, place and size before, and score where there is one. */
export function moreThanOnce(): (image: number, index: number, box: BoxRow["box"], score?: number) => boolean {
  const seen = new Map<number, Set<string>>();
  return (image, index, box, score) => {
    const own = seen.get(image) ?? new Set<string>();
    seen.set(image, own);
    const before = own.size;
    own.add(`${index} ${box} ${score}`);
    return own.size === before;
  };
}
