/**
 * Intersection over union of two boxes [x, y, width, height], of rows `a` and `b` of [M, 4], in pycocotools' order of
 * operations (maskApi.c, bbIou): no + 1, and touching boxes have 0.
 * @param crowd whether the second is around a crowd: the intersection is then divided by the first one's area
 */
export function boxIou(boxes: Float64Array, a: number, others: Float64Array, b: number, crowd: boolean): number {
  const [d, g] = [4 * a, 4 * b];
  const width = Math.min(boxes[d + 2] + boxes[d], others[g + 2] + others[g]) - Math.max(boxes[d], others[g]);
  if (width <= 0) return 0;
  const height =
    Math.min(boxes[d + 3] + boxes[d + 1], others[g + 3] + others[g + 1]) - Math.max(boxes[d + 1], others[g + 1]);
  if (height <= 0) return 0;
  const shared = width * height;
  const area = boxes[d + 2] * boxes[d + 3];
  return shared / (crowd ? area : area + others[g + 2] * others[g + 3] - shared);
}
