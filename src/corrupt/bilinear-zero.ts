import type { Shape } from "./filter.ts";

/**
 * Writes the value between the four pixels around (y, x) to `out` at `to`, all channels; a corner outside the image
 * counts as 0.
 */
export function sampleBilinear(
  data: ArrayLike<number>,
  { height, width, channels }: Shape,
  y: number,
  x: number,
  out: Float64Array,
  to: number,
): void {
  const top = Math.floor(y);
  const left = Math.floor(x);
  const t = y - top;
  const s = x - left;
  for (let c = 0; c < channels; c++) out[to + c] = 0;
  for (let i = 0; i < 2; i++) {
    const row = top + i;
    if (row < 0 || row >= height) continue;
    const byRow = i === 0 ? 1 - t : t;
    for (let j = 0; j < 2; j++) {
      const column = left + j;
      if (column < 0 || column >= width) continue;
      const weight = byRow * (j === 0 ? 1 - s : s);
      const from = (row * width + column) * channels;
      for (let c = 0; c < channels; c++) out[to + c] += weight * data[from + c];
    }
  }
}
