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

/** Rows by image: those of image i are `order[first[i]]` to `order[first[i + 1] − 1]`. */
export interface Ordered {
  readonly first: Int32Array;
  readonly order: Float64Array;
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

/** The rows that have the image, class, place, size, and score where there is one, of a row before. */
export function repeated(rows: readonly (BoxRow & { readonly score?: number })[], { first, order }: Ordered): number[] {
  const found: number[] = [];
  // Image by image: a set of all would hold half a million texts at once.
  for (let image = 0; image + 1 < first.length; image++) {
    const seen = new Set<string>();
    for (let at = first[image]; at < first[image + 1]; at++) {
      const { index, box, score } = rows[order[at]];
      const before = seen.size;
      seen.add(`${index} ${box} ${score}`);
      if (seen.size === before) found.push(order[at]);
    }
  }
  return found;
}
