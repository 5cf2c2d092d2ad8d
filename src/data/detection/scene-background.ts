import type { Random } from "../../core/index.ts";

type Colour = readonly [number, number, number];
/** Share of the second colour at a point, x and y from 0 to 1. */
type Mix = (x: number, y: number) => number;

const colour = (random: Random): Colour => [random.integer(256), random.integer(256), random.integer(256)];

/** Cells of the clouds' grid in a row. */
const CLOUD_CELLS = 5;

const mixes: readonly ((random: Random) => Mix)[] = [
  // One colour.
  () => () => 0,
  // From one colour to another, along any direction.
  (random) => {
    const angle = 2 * Math.PI * random.uniform();
    const [across, down] = [Math.cos(angle), Math.sin(angle)];
    const reach = Math.abs(across) + Math.abs(down);
    return (x, y) => 0.5 + ((x - 0.5) * across + (y - 0.5) * down) / reach;
  },
  // Clouds: random shares on a coarse grid, linear between.
  (random) => {
    const side = CLOUD_CELLS + 1;
    const grid = Float64Array.from({ length: side * side }, () => random.uniform());
    return (x, y) => {
      const [column, row] = [x, y].map((value) => Math.min(CLOUD_CELLS - 1, Math.floor(value * CLOUD_CELLS)));
      const [across, down] = [x * CLOUD_CELLS - column, y * CLOUD_CELLS - row];
      const at = (i: number, j: number) => grid[(row + j) * side + column + i];
      const upper = at(0, 0) + across * (at(1, 0) - at(0, 0));
      return upper + down * (at(0, 1) + across * (at(1, 1) - at(0, 1)) - upper);
    };
  },
];

/** Fills a scene [size, size, 3]: with one colour, a gradient or clouds of two, with equal probability. */
export function fillBackground(scene: Uint8Array, size: number, random: Random): void {
  const mix = mixes[random.integer(mixes.length)](random);
  const [first, second] = [colour(random), colour(random)];
  for (let y = 0, at = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const share = mix((x + 0.5) / size, (y + 0.5) / size);
      for (let c = 0; c < 3; c++) scene[at++] = Math.round(first[c] + share * (second[c] - first[c]));
    }
}
