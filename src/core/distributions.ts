import type { Random } from "./random.ts";

/** A gamma number of scale 1 (Marsaglia & Tsang 2000; shapes below 1 by their section 6). */
export function gamma(shape: number, random: Random): number {
  if (shape < 1) return gamma(shape + 1, random) * (1 - random.uniform()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v <= 0) continue;
    const u = 1 - random.uniform();
    if (Math.log(u) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Beta(a, b), in (0, 1). */
export function beta(a: number, b: number, random: Random): number {
  const x = gamma(a, random);
  const y = gamma(b, random);
  // Tiny shapes may underflow on both sides: the mass is at the ends then.
  return x + y > 0 ? x / (x + y) : random.uniform() < a / (a + b) ? 1 : 0;
}

/** `count` weights of sum 1 from the symmetric Dirichlet distribution. */
export function dirichlet(alpha: number, count: number, random: Random): number[] {
  const drawn = Array.from({ length: count }, () => gamma(alpha, random));
  const sum = drawn.reduce((a, b) => a + b, 0);
  return drawn.map((value) => (sum > 0 ? value / sum : 1 / count));
}
