import type { Boxes } from "../../core/index.ts";

/** The rows of boxes by class, then by image, then in their order. */
export interface Grouped {
  /** [M] */
  readonly rows: Int32Array;
  /** [M] image of each of `rows` */
  readonly images: Int32Array;
  /** [K + 1] where each class begins in `rows` */
  readonly first: Int32Array;
}

/** @param score [M] puts those of one class and image in falling order; equal ones keep theirs, as NumPy's mergesort does */
export function groupByClass({ names, first, index }: Boxes, score?: Float64Array): Grouped {
  const starts = new Int32Array(names.length + 1);
  for (const k of index) starts[k + 1]++;
  for (let k = 0; k < names.length; k++) starts[k + 1] += starts[k];
  const next = starts.slice();
  const [rows, images] = [new Int32Array(index.length), new Int32Array(index.length)];
  for (let image = 0; image + 1 < first.length; image++) {
    for (let row = first[image]; row < first[image + 1]; row++) {
      const at = next[index[row]]++;
      [rows[at], images[at]] = [row, image];
    }
  }
  if (score)
    for (let from = 0, to = 0; from < rows.length; from = to) {
      const k = index[rows[from]];
      while (to < starts[k + 1] && images[to] === images[from]) to++;
      if (to - from > 1) rows.subarray(from, to).sort((a, b) => score[b] - score[a] || a - b);
    }
  return { rows, images, first: starts };
}
