import type { Random } from "../core/index.ts";

/**
 * A Poisson number, exact: by multiplying uniform numbers for small means (Knuth), by transformed rejection with squeeze
 * for large ones (PTRS, Hörmann 1993, algorithm for μ ≥ 10).
 */
export function poisson(mean: number, random: Random): number {
  if (mean < 10) {
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = random.uniform(); product > limit; product *= random.uniform()) count++;
    return count;
  }
  const slope = 0.931 + 2.53 * Math.sqrt(mean);
  const shift = -0.059 + 0.02483 * slope;
  const inverseAlpha = 1.1239 + 1.1328 / (slope - 3.4);
  const squeeze = 0.9277 - 3.6224 / (slope - 2);
  const logMean = Math.log(mean);
  for (;;) {
    const u = random.uniform() - 0.5;
    const v = random.uniform();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * shift) / us + slope) * u + mean + 0.43);
    if (us >= 0.07 && v <= squeeze) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const accepted = Math.log((v * inverseAlpha) / (shift / (us * us) + slope));
    if (accepted <= -mean + k * logMean - logFactorial(k)) return k;
  }
}

const table: number[] = [0];
/** Exact to rounding; means here are at most 500. */
function logFactorial(n: number): number {
  for (let i = table.length; i <= n; i++) table.push(table[i - 1] + Math.log(i));
  return table[n];
}
