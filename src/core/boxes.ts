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
