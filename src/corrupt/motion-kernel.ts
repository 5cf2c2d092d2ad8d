import { nearest, type Shape } from "./filter.ts";

/**
 * ImageMagick's motion blur: a one-sided Gaussian trail of 2·⌈radius⌉ + 1 taps in the direction of `angle` (degrees,
 * the vertical axis points down), edges replicated. Values in any unit → the same unit.
 */
export function motionBlurred(
  data: Float64Array,
  { height, width, channels }: Shape,
  { radius, sigma, angle }: { readonly radius: number; readonly sigma: number; readonly angle: number },
): Float64Array {
  const taps = 2 * Math.ceil(radius) + 1;
  const weights = Float64Array.from({ length: taps }, (_, i) => Math.exp(-(i * i) / (2 * sigma * sigma)));
  const sum = weights.reduce((a, b) => a + b, 0);
  const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
  const out = new Float64Array(data.length);
  const columns = new Int32Array(width);
  for (let i = 0; i < taps; i++) {
    const weight = weights[i] / sum;
    const dx = Math.ceil(i * cos - 0.5);
    const dy = Math.ceil(i * sin - 0.5);
    for (let x = 0; x < width; x++) columns[x] = nearest(x + dx, width) * channels;
    for (let y = 0, to = 0; y < height; y++) {
      const row = nearest(y + dy, height) * width * channels;
      for (let x = 0; x < width; x++) {
        const from = row + columns[x];
        for (let c = 0; c < channels; c++) out[to++] += weight * data[from + c];
      }
    }
  }
  return out;
}
