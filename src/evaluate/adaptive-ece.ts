import type { Judged } from "./judged.ts";
import { orderBy } from "./order.ts";

/**
 * Adaptive ECE (Nixon et al. 2019, section 3.3, of the top label): as ECE, but with bins that hold equally many images:
 * the confidences in order, cut as NumPy's `array_split` does, the first bins one larger where they do not fit.
 */
export function adaptiveEce({ confidence, correct, images }: Judged, binCount: number): number {
  const order = orderBy(confidence);
  let sum = 0;
  let from = 0;
  for (let bin = 0; bin < binCount; bin++) {
    const to = from + Math.floor(images / binCount) + (bin < images % binCount ? 1 : 0);
    let gap = 0;
    for (let i = from; i < to; i++) gap += correct[order[i]] - confidence[order[i]];
    sum += Math.abs(gap);
    from = to;
  }
  return sum / images;
}
