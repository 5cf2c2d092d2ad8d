import type { Interval } from "./bootstrap.ts";
import { countBelow, countUpTo } from "./count-sorted.ts";

/** Share of the sorted values below `value`, ties half. */
function shareBelow(sorted: Float64Array, value: number): number {
  return (countBelow(sorted, value) + countUpTo(sorted, value)) / (2 * sorted.length);
}

/** Each foreign image's share of known ones that look less strange, and each known one's of foreign ones that look stranger. */
export function placements(known: Float64Array, foreign: Float64Array) {
  const [sortedKnown, sortedForeign] = [known.slice().sort(), foreign.slice().sort()];
  return {
    foreign: foreign.map((value) => shareBelow(sortedKnown, value)),
    known: known.map((value) => 1 - shareBelow(sortedForeign, value)),
  };
}

/** Of the mean of these values, by their own variance. */
export function varianceOfMean(values: Float64Array): number {
  const center = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - center) ** 2, 0);
  return squares / Math.max(values.length - 1, 1) / values.length;
}

/**
 * The 95 % interval of an AUROC over the choice of the images (DeLong, DeLong & Clarke-Pearson 1988), within [0, 1]; of
 * strangeness, which foreign images should have more of.
 */
export function aurocInterval(known: Float64Array, foreign: Float64Array): Interval {
  const placed = placements(known, foreign);
  const center = placed.foreign.reduce((sum, value) => sum + value, 0) / foreign.length;
  const halfWidth = 1.96 * Math.sqrt(varianceOfMean(placed.foreign) + varianceOfMean(placed.known));
  return [Math.max(0, center - halfWidth), Math.min(1, center + halfWidth)];
}
