import { reflect101, type Shape } from "./filter.ts";

/** (x, y). */
export type Point = readonly [number, number];

/** x′ = a x + b y + c, y′ = d x + e y + f. */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** The affine map that takes each of three points to its target; all zeros when the points lie on a line. */
export function affineThrough(from: readonly Point[], to: readonly Point[]): Affine {
  const [[x0, y0], [x1, y1], [x2, y2]] = from;
  const determinant = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0);
  if (determinant === 0) return [0, 0, 0, 0, 0, 0];
  const row = (k: 0 | 1) => {
    const first = to[1][k] - to[0][k];
    const second = to[2][k] - to[0][k];
    const perX = (first * (y2 - y0) - second * (y1 - y0)) / determinant;
    const perY = (second * (x1 - x0) - first * (x2 - x0)) / determinant;
    return [perX, perY, to[0][k] - perX * x0 - perY * y0] as const;
  };
  return [...row(0), ...row(1)];
}

/** OpenCV computes places in 1/1024 pixel and then rounds them to 1/32. */
const PLACE_BITS = 10;
const SUBPIXEL_BITS = 5;
const SUBPIXELS = 2 ** SUBPIXEL_BITS;

/**
 * OpenCV's `warpAffine`, bilinear, border `reflect101`: the result at (x, y) is the image at `inverse`(x, y), a place
 * that is rounded to 1/32 pixel as OpenCV does. `data` float32 [H, W, C].
 */
export function warpAffine(data: Float32Array, { height, width, channels }: Shape, inverse: Affine): Float32Array {
  const [a, b, c, d, e, f] = inverse;
  const scale = 2 ** PLACE_BITS;
  const shift = PLACE_BITS - SUBPIXEL_BITS;
  const half = 2 ** (shift - 1);
  const out = new Float32Array(data.length);
  for (let y = 0, to = 0; y < height; y++) {
    const rowX = Math.round((b * y + c) * scale) + half;
    const rowY = Math.round((e * y + f) * scale) + half;
    for (let x = 0; x < width; x++) {
      const placeX = (rowX + Math.round(a * x * scale)) >> shift;
      const placeY = (rowY + Math.round(d * x * scale)) >> shift;
      const left = placeX >> SUBPIXEL_BITS;
      const top = placeY >> SUBPIXEL_BITS;
      const s = (placeX & (SUBPIXELS - 1)) / SUBPIXELS;
      const t = (placeY & (SUBPIXELS - 1)) / SUBPIXELS;
      const upper = reflect101(top, height) * width;
      const lower = reflect101(top + 1, height) * width;
      const x0 = reflect101(left, width);
      const x1 = reflect101(left + 1, width);
      const from00 = (upper + x0) * channels;
      const from01 = (upper + x1) * channels;
      const from10 = (lower + x0) * channels;
      const from11 = (lower + x1) * channels;
      for (let k = 0; k < channels; k++, to++)
        out[to] =
          (1 - t) * ((1 - s) * data[from00 + k] + s * data[from01 + k]) +
          t * ((1 - s) * data[from10 + k] + s * data[from11 + k]);
    }
  }
  return out;
}
