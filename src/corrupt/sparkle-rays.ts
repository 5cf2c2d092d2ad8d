import type { Random } from "../core/index.ts";

export interface SparkleOptions {
  readonly centreY: number;
  readonly centreX: number;
  /** Mean length of a ray, pixels. */
  readonly radius: number;
  /** How fast a ray fades. */
  readonly exponent: number;
  /** No ray is shorter; pixels. */
  readonly shortest: number;
}

/** How much of the sparkle shows at each pixel, in [0, 1]: rays of random length all around a centre. */
export function sparkleAlpha(
  height: number,
  width: number,
  { centreY, centreX, radius, exponent, shortest }: SparkleOptions,
  random: Random,
): Float64Array {
  const rays = 50 + random.integer(150);
  const lengths = Float64Array.from({ length: rays }, () => Math.max(shortest, radius * (1 + 0.25 * random.normal())));
  const alpha = new Float64Array(height * width);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++) {
      const dy = y - centreY;
      const dx = x - centreX;
      // The published angle takes (y, x) for (x, y).
      const turn = ((Math.atan2(dx, dy) + Math.PI) / (2 * Math.PI)) * rays;
      const ray = Math.floor(turn);
      const between = turn - ray;
      const length = (1 - between) * lengths[ray % rays] + between * lengths[(ray + 1) % rays];
      const glow = ((length * length) / (dy * dy + dx * dx + 1e-4)) ** exponent;
      alpha[at] = Math.min(Math.max((1 - (between - 0.5) ** 2) * glow, 0), 1);
    }
  return alpha;
}
