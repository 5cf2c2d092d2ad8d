/**
 * The ⌈(n + 1)(1 − α)⌉-th smallest of n calibration scores: a new score is at most this with probability 1 − α or more
 * (Vovk et al. 2005; Romano et al. 2019, equation 8). `undefined` where that rank is above n: only +∞ keeps the promise.
 */
export function conformalQuantile(scores: ArrayLike<number>, alpha: number): number | undefined {
  const sorted = Float64Array.from(scores).sort();
  // (n + 1)(1 − α) of whole value, 9 of n = 9 and α = 0.1, may come out a little above it.
  return sorted[Math.ceil((sorted.length + 1) * (1 - alpha) - 1e-9) - 1];
}

/** The fewest calibration scores with a finite quantile at α: ⌈1 / α⌉ − 1. */
export const fewestCalibrationScores = (alpha: number): number => Math.ceil(1 / alpha - 1e-9) - 1;
