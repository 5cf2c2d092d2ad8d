/** The objects of one class on one image, as one range of areas sees them. */
export interface ImageObjects {
  readonly count: number;
  /** [G] places of the objects, those that are not counted last */
  readonly order: Int32Array;
  /** [G] by place: 1 where the object is not counted */
  readonly ignored: Uint8Array;
  /** [G] by place: 1 where it may be found many times */
  readonly crowd: Uint8Array;
}

/**
 * Which object each detection finds, as pycocotools decides it (cocoeval.py, evaluateImg): the surest first, each takes the
 * free object of the highest IoU of at least `threshold`, of equal ones the later; one that is counted goes before others.
 * @param iou [D, G] by places
 * @param taken [G] room to work in
 * @param found [D] is written: the place of the object, −1 for none
 */
export function matchImage(
  iou: Float64Array,
  detections: number,
  { count, order, ignored, crowd }: ImageObjects,
  threshold: number,
  taken: Uint8Array,
  found: Int32Array,
): void {
  taken.fill(0, 0, count);
  const least = Math.min(threshold, 1 - 1e-10);
  for (let d = 0; d < detections; d++) {
    let best = least;
    let match = -1;
    for (let i = 0; i < count; i++) {
      const g = order[i];
      if (taken[g] && !crowd[g]) continue;
      if (match >= 0 && !ignored[match] && ignored[g]) break;
      const own = iou[d * count + g];
      if (own < best) continue;
      best = own;
      match = g;
    }
    found[d] = match;
    if (match >= 0) taken[match] = 1;
  }
}
