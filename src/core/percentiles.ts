/**
 * The percentiles 0 to 100 of values, between neighbours in proportion.
 * @example
 * const ofKnown = percentiles([0.1, 0.2, 0.4, 0.8]);
 * const rank = rankAmong(ofKnown, 0.3); // where a new value stands among them
 */
export function percentiles(values: ArrayLike<number>): number[] {
  const sorted = Float64Array.from(values).sort();
  return Array.from({ length: 101 }, (_, p) => {
    const at = (p / 100) * (sorted.length - 1);
    const below = sorted[Math.floor(at)];
    return below + (at % 1) * (sorted[Math.ceil(at)] - below);
  });
}

/**
 * Which share of the values a value is above at least, by their percentiles [101]; 1 only above all of them.
 * @example
 * const rank = rankAmong(percentiles([0.1, 0.2, 0.4, 0.8]), 0.3);
 * console.log(shareInWords(rank, "test image"));
 */
export function rankAmong(percentiles: readonly number[], value: number): number {
  const first = percentiles.findIndex((percentile) => percentile >= value);
  return first === -1 ? 1 : Math.max(0, first - 1) / 100;
}

/**
 * A rank among things of a name in the singular, to end "more … than on …".
 * @example
 * console.log(`more uncertain than ${shareInWords(0.97, "test image")}`);
 */
export function shareInWords(rank: number, noun: string): string {
  if (rank === 1) return `any ${noun}`;
  return rank === 0 ? `almost no ${noun}` : `${Math.round(100 * rank)}\u00a0% of ${noun}s`;
}
