import type { Random } from "../core/index.ts";

/**
 * A cloud of self-similar noise in [0, 1] on a torus, [size × size] for a power of two, by diamonds and squares. As
 * published the random part has the *square* of the amplitude, which starts at 100 and is divided by `decay` each round.
 */
export function plasmaFractal(size: number, decay: number, random: Random): Float64Array {
  const map = new Float64Array(size * size);
  let amplitude = 100;
  const at = (y: number, x: number) => (y & (size - 1)) * size + (x & (size - 1));
  const wobble = (sum: number) => sum / 4 + amplitude * amplitude * (2 * random.uniform() - 1);
  for (let step = size; step >= 2; step /= 2, amplitude /= decay) {
    const half = step / 2;
    for (let y = 0; y < size; y += step)
      for (let x = 0; x < size; x += step)
        map[at(y + half, x + half)] = wobble(
          map[at(y, x)] + map[at(y + step, x)] + map[at(y, x + step)] + map[at(y + step, x + step)],
        );
    // The middles of horizontal edges, then of vertical ones.
    for (const [down, right] of [
      [0, half],
      [half, 0],
    ])
      for (let y = down; y < size; y += step)
        for (let x = right; x < size; x += step)
          map[at(y, x)] = wobble(
            map[at(y - half, x)] + map[at(y + half, x)] + map[at(y, x - half)] + map[at(y, x + half)],
          );
  }
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of map) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return map.map((value) => (high > low ? (value - low) / (high - low) : 0));
}

/** The smallest power of two that is at least `size`, and at least 2. */
export function powerOfTwo(size: number): number {
  let power = 2;
  while (power < size) power *= 2;
  return power;
}
