import type { Judged } from "./judged.ts";
import { orderBy } from "./order.ts";

/**
 * Adaptive ECE (Nixon et al. 2019, section 3.3, of the top label): as ECE, but with bins that hold equally many images:
 * the confidences in order, cut as NumPy's `array_split` does, the first bins one larger where they do not fit. Images of
 * equal confidence cannot be told apart, so each of them counts as right by their common share: the result does not
 * depend on the order of the set, and a classifier that always says its accuracy has none.
 */
export function adaptiveEce({ confidence, correct, images }: Judged, binCount: number): number {
  const order = orderBy(confidence);
  const gaps = new Float64Array(images);
  for (let first = 0; first < images; ) {
    const level = confidence[order[first]];
    let last = first;
    let right = 0;
    for (; last < images && confidence[order[last]] === level; last++) right += correct[order[last]];
    gaps.fill(right / (last - first) - level, first, last);
    first = last;
  }
  let sum = 0;
  let from = 0;
  for (let bin = 0; bin < binCount; bin++) {
    const to = from + Math.floor(images / binCount) + (bin < images % binCount ? 1 : 0);
    sum += Math.abs(gaps.subarray(from, to).reduce((total, gap) => total + gap, 0));
    from = to;
  }
  return sum / images;
}
