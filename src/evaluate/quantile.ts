/**
 * The value at `share` ∈ [0, 1] of the way through values in rising order, linear between neighbours (type 7 of Hyndman &
 * Fan 1996, NumPy's default).
 */
export function quantileOfSorted(sorted: ArrayLike<number>, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const lower = sorted[below];
  return lower + (place - below) * (sorted[Math.min(below + 1, sorted.length - 1)] - lower);
}

/** As `quantileOfSorted`, of values in any order. */
export const quantile = (values: ArrayLike<number>, share: number): number =>
  quantileOfSorted(Float64Array.from(values).sort(), share);
