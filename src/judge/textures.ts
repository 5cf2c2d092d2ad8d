import type { ImageSet, Random } from "../core/index.ts";
import { plasmaFractal } from "../corrupt/internal.ts";
import { madeSet } from "./made-set.ts";

/** A pattern in [0, 1] at each pixel of a square: 0 is the first colour, 1 the second. */
type Pattern = (random: Random, side: number) => (y: number, x: number) => number;

const patterns: readonly Pattern[] = [
  // Stripes of any direction, 3 to 12 pixels apart.
  (random) => {
    const [angle, period] = [Math.PI * random.uniform(), 3 + 9 * random.uniform()];
    const [down, right] = [Math.sin(angle) / period, Math.cos(angle) / period];
    return (y, x) => ((((y * down + x * right) % 1) + 1) % 1 < 0.5 ? 0 : 1);
  },
  // Checks with sides of 2 to 8 pixels.
  (random) => {
    const side = 2 + random.integer(7);
    return (y, x) => (Math.floor(y / side) + Math.floor(x / side)) % 2;
  },
  (random, side) => {
    const size = 2 ** Math.ceil(Math.log2(side));
    const map = plasmaFractal(size, 1.5 + 1.5 * random.uniform(), random);
    return (y, x) => map[y * size + x];
  },
];

/**
 * Stripes, checks and clouds in turn, each in two random colours and in the shape of `like`: nothing is shown, so no
 * network knows them; always the same ones. Labels are −1.
 */
export function textureSet(like: ImageSet, count: number): ImageSet {
  const { height, width, channels } = like;
  return madeSet("textures", like, count, (pixels, random, n) => {
    const colors = Array.from({ length: 2 * channels }, () => random.integer(256));
    const at = patterns[n % patterns.length](random, Math.max(height, width));
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const share = at(y, x);
        for (let c = 0; c < channels; c++)
          pixels[(y * width + x) * channels + c] = Math.round((1 - share) * colors[c] + share * colors[channels + c]);
      }
  });
}
