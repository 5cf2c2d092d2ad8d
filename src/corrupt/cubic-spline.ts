import { reflect101, type Shape } from "./filter.ts";

const POLE = Math.sqrt(3) - 2;

/**
 * Coefficients of the cubic B-splines that pass through the samples of one line (Unser 1999, box 2), edges mirrored
 * about the last sample: SciPy's `spline_filter1d` of order 3. In place, over `size` samples `stride` apart.
 */
function filterLine(data: Float64Array, start: number, stride: number, size: number): void {
  if (size === 1) return;
  const at = (i: number) => start + i * stride;
  for (let i = 0; i < size; i++) data[at(i)] *= (1 - POLE) * (1 - 1 / POLE);
  const last = POLE ** (size - 1);
  let sum = data[at(0)] + last * data[at(size - 1)];
  for (let i = 1, power = POLE; i < size - 1; i++, power *= POLE)
    sum += power * (data[at(i)] + last * data[at(size - 1 - i)]);
  data[at(0)] = sum / (1 - last * last);
  for (let i = 1; i < size; i++) data[at(i)] += POLE * data[at(i - 1)];
  data[at(size - 1)] = (POLE / (POLE * POLE - 1)) * (POLE * data[at(size - 2)] + data[at(size - 1)]);
  for (let i = size - 2; i >= 0; i--) data[at(i)] = POLE * (data[at(i + 1)] - data[at(i)]);
}

/** Spline coefficients of every channel of [H, W, C]. */
export function splineCoefficients(data: Float64Array, { height, width, channels }: Shape): Float64Array {
  const out = data.slice();
  const rowStride = width * channels;
  for (let i = 0; i < rowStride; i++) filterLine(out, i, rowStride, height);
  for (let y = 0; y < height; y++)
    for (let c = 0; c < channels; c++) filterLine(out, y * rowStride + c, channels, width);
  return out;
}

/** The four taps of a cubic B-spline around `position` of an axis, edges mirrored. */
export function splineTaps(position: number, size: number, places: Int32Array, weights: Float64Array): void {
  const before = Math.floor(position);
  const t = position - before;
  const u = 1 - t;
  weights[0] = (u * u * u) / 6;
  weights[1] = (t * t * (t - 2) * 3 + 4) / 6;
  weights[2] = (u * u * (u - 2) * 3 + 4) / 6;
  weights[3] = (t * t * t) / 6;
  for (let i = 0; i < 4; i++) places[i] = reflect101(before - 1 + i, size);
}
