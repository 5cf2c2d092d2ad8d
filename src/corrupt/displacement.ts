import type { Random } from "../core/index.ts";
import { gaussianKernel, reflectHalf, type Shape, separableFilter } from "./filter.ts";

/** Standard deviations at which the kernel ends. */
const TRUNCATE = 3;

/**
 * A smooth random field of displacements in pixels, [H, W, (dx, dy)]: `amplitude` times uniform deviates in [−1, 1)
 * smoothed with a Gaussian (Simard, Steinkraus and Platt 2003); the border is `reflectHalf`.
 */
export function randomDisplacements(
  { height, width }: Pick<Shape, "height" | "width">,
  { amplitude, sigma }: { amplitude: number; sigma: number },
  random: Random,
): Float64Array {
  const field = new Float64Array(height * width * 2);
  for (let component = 0; component < 2; component++)
    for (let at = component; at < field.length; at += 2) field[at] = amplitude * (2 * random.uniform() - 1);
  const kernel = gaussianKernel(sigma, Math.floor(TRUNCATE * sigma + 0.5));
  const period = 2 * leastCommonMultiple(height, width);
  return separableFilter(field, { height, width, channels: 2 }, folded(kernel, period), reflectHalf);
}

/** The kernel with the same effect on axes that repeat after `period` samples (even), of no more than period + 1 taps. */
export function folded(kernel: Float64Array, period: number): Float64Array {
  const radius = (kernel.length - 1) / 2;
  const half = period / 2;
  if (radius <= half) return kernel;
  const out = new Float64Array(period + 1);
  for (let i = 0; i < kernel.length; i++) {
    const place = (((i - radius + half) % period) + period) % period;
    if (place > 0) out[place] += kernel[i];
    else {
      // Both ends are the same sample: half the weight each, so that the kernel stays symmetric.
      out[0] += kernel[i] / 2;
      out[period] += kernel[i] / 2;
    }
  }
  return out;
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y) [x, y] = [y, x % y];
  return (a * b) / x;
}

/** `data` float32 [H, W, C] sampled bilinearly at (y + dy, x + dx), border `reflectHalf`. */
export function displace(
  data: Float32Array,
  { height, width, channels }: Shape,
  displacements: Float64Array,
): Float32Array {
  const out = new Float32Array(data.length);
  for (let y = 0, at = 0, to = 0; y < height; y++)
    for (let x = 0; x < width; x++, at += 2) {
      const placeX = x + displacements[at];
      const placeY = y + displacements[at + 1];
      const left = Math.floor(placeX);
      const top = Math.floor(placeY);
      const s = placeX - left;
      const t = placeY - top;
      const upper = reflectHalf(top, height) * width;
      const lower = reflectHalf(top + 1, height) * width;
      const x0 = reflectHalf(left, width);
      const x1 = reflectHalf(left + 1, width);
      const from00 = (upper + x0) * channels;
      const from01 = (upper + x1) * channels;
      const from10 = (lower + x0) * channels;
      const from11 = (lower + x1) * channels;
      for (let k = 0; k < channels; k++, to++)
        out[to] =
          (1 - t) * ((1 - s) * data[from00 + k] + s * data[from01 + k]) +
          t * ((1 - s) * data[from10 + k] + s * data[from11 + k]);
    }
  return out;
}
