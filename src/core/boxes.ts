/**
 * Boxes of N images as one ragged column: those of image i are the rows first[i] to first[i + 1] − 1. Boxes are float64, for
 * COCO's figures hang on the last bit of an IoU.
 */
export interface Boxes {
  /** [K] names of the classes */
  readonly names: readonly string[];
  /** [N + 1] rising, from 0 to M */
  readonly first: Int32Array;
  /** [M, 4] x, y, width, height in the picture's own pixels; x and y are of the upper left corner, 0 is the picture's edge */
  readonly boxes: Float64Array;
  /** [M] class of each, 0 … K − 1 */
  readonly index: Int32Array;
}

/** The objects that there are. */
export interface ObjectBoxes extends Boxes {
  /** [M] in square pixels, where it is not width times height, as COCO's is that of a mask. */
  readonly area?: Float64Array;
  /** [M] 1 where the box is around a crowd: what is found in there is neither right nor wrong. */
  readonly crowd?: Uint8Array;
  /** [M] 1 where Pascal VOC says `difficult`: its average precision does not count it. */
  readonly difficult?: Uint8Array;
}

/** What a detector has found, of any order. */
export interface DetectedBoxes extends Boxes {
  /** [M] larger is surer; calibration needs those from 0 to 1. */
  readonly score: Float64Array;
  /** [M] larger is less sure, on any scale. */
  readonly doubt?: Float64Array;
}

/** Those of the images at `rows`, in that order. */
export function boxesAt(
  { names, first, boxes, index, area, crowd, difficult }: ObjectBoxes,
  rows: ArrayLike<number>,
): ObjectBoxes {
  const starts = new Int32Array(rows.length + 1);
  for (let i = 0; i < rows.length; i++) starts[i + 1] = starts[i] + first[rows[i] + 1] - first[rows[i]];
  const places = Array.from(rows, (row) =>
    Array.from({ length: first[row + 1] - first[row] }, (_, i) => first[row] + i),
  ).flat();
  return {
    names,
    first: starts,
    boxes: Float64Array.from({ length: 4 * places.length }, (_, i) => boxes[4 * places[i >> 2] + (i & 3)]),
    index: Int32Array.from(places, (place) => index[place]),
    ...(area && { area: Float64Array.from(places, (place) => area[place]) }),
    ...(crowd && { crowd: Uint8Array.from(places, (place) => crowd[place]) }),
    ...(difficult && { difficult: Uint8Array.from(places, (place) => difficult[place]) }),
  };
}

/** The same objects on images that are so many times as wide and high. */
export const scaledBoxes = ({ boxes, area, ...others }: ObjectBoxes, across: number, down: number): ObjectBoxes => ({
  ...others,
  boxes: boxes.map((value, i) => value * (i % 2 === 0 ? across : down)),
  ...(area && { area: area.map((value) => value * across * down) }),
});
