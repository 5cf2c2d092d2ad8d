import { gaussianKernel, reflect101, separableFilter } from "./filter.ts";

/** A square kernel of weights of sum 1. */
export interface Kernel {
  readonly side: number;
  readonly weights: Float64Array;
}

/**
 * The out-of-focus disk of the published scripts: pixels within `radius` of the middle of a 17×17 grid (larger ones:
 * radius rounded), softened by a Gaussian of `alias` pixels, 3×3, or 5×5 beyond a radius of 8. Weights are rounded to
 * float32 as there: five times 0.2 is a little more than 1, which shows where bytes are cut off.
 */
export function diskKernel(radius: number, alias: number): Kernel {
  const reach = radius <= 8 ? 8 : Math.round(radius);
  const side = 2 * reach + 1;
  const disk = new Float64Array(side * side);
  for (let y = -reach, at = 0; y <= reach; y++)
    for (let x = -reach; x <= reach; x++, at++) disk[at] = x * x + y * y <= radius * radius ? 1 : 0;
  const sum = disk.reduce((a, b) => a + b, 0);
  const soft = separableFilter(
    disk.map((value) => Math.fround(value / sum)),
    { height: side, width: side, channels: 1 },
    gaussianKernel(alias, radius <= 8 ? 1 : 2),
    reflect101,
  );
  return { side, weights: soft.map(Math.fround) };
}
