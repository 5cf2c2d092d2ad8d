import { countBelow, countUpTo } from "../count-sorted.ts";
import { isotonicBounds } from "./isotonic-bounds.ts";

/** The two probabilities of one class against the others, as functions of the score: both are stairs that rise. */
export interface BinaryVennAbers {
  /** `upper.values[i]` holds up to and with `upper.ends[i]`; above the last it is 1. */
  readonly upper: { readonly ends: Float64Array; readonly values: Float64Array };
  /** `lower.values[i]` holds from `lower.starts[i]` on; below the first it is 0. */
  readonly lower: { readonly starts: Float64Array; readonly values: Float64Array };
}

/** @param positive, negative scores of the calibration examples that are of the class, and that are not */
export function fitBinary(positive: Float64Array, negative: Float64Array): BinaryVennAbers {
  const { scores, count, positives } = counted(positive.sort(), negative.sort());
  const { lower, upper } = isotonicBounds({ count, positive: positives });
  const endsAt = placesWhere(scores.length, (i) => upper[i + 1] !== upper[i]);
  const startsAt = placesWhere(scores.length, (i) => lower[i - 1] !== lower[i]);
  const taken = (values: Float64Array, places: readonly number[]) => Float64Array.from(places, (i) => values[i]);
  return {
    upper: { ends: taken(scores, endsAt), values: taken(upper, endsAt) },
    lower: { starts: taken(scores, startsAt), values: taken(lower, startsAt) },
  };
}

/** Merges two ascending lists into their distinct scores. */
function counted(positive: Float64Array, negative: Float64Array) {
  const most = positive.length + negative.length;
  const [scores, count, positives] = [new Float64Array(most), new Float64Array(most), new Float64Array(most)];
  let [p, n, distinct] = [0, 0, 0];
  while (p < positive.length || n < negative.length) {
    const isPositive = p < positive.length && (n === negative.length || positive[p] <= negative[n]);
    const score = isPositive ? positive[p++] : negative[n++];
    if (distinct === 0 || score !== scores[distinct - 1]) scores[distinct++] = score;
    count[distinct - 1]++;
    if (isPositive) positives[distinct - 1]++;
  }
  return {
    scores: scores.subarray(0, distinct),
    count: count.subarray(0, distinct),
    positives: positives.subarray(0, distinct),
  };
}

/** p₁ of a score. */
export function upperAt({ upper: { ends, values } }: BinaryVennAbers, score: number): number {
  const at = countBelow(ends, score);
  return at < values.length ? values[at] : 1;
}

/** p₀ of a score. */
export function lowerAt({ lower: { starts, values } }: BinaryVennAbers, score: number): number {
  const at = countUpTo(starts, score);
  return at > 0 ? values[at - 1] : 0;
}

function placesWhere(length: number, isPlace: (i: number) => boolean): number[] {
  const places: number[] = [];
  for (let i = 0; i < length; i++) if (isPlace(i)) places.push(i);
  return places;
}
