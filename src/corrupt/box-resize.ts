import type { Image } from "./corruption.ts";

interface Taps {
  readonly start: number;
  readonly weights: readonly number[];
}

/** Pillow's coefficients of its BOX filter: a source pixel counts where its centre lies within half an output pixel. */
function boxTaps(from: number, to: number): Taps[] {
  const scale = from / to;
  const spread = Math.max(1, scale);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - spread / 2 + 0.5));
    const end = Math.min(from, Math.trunc(centre + spread / 2 + 0.5));
    const inside = Array.from({ length: end - start }, (_, k) => {
      const distance = (start + k - centre + 0.5) / spread;
      return distance > -0.5 && distance <= 0.5 ? 1 : 0;
    });
    const sum = inside.reduce((a: number, b) => a + b, 0);
    return { start, weights: inside.map((weight) => weight / sum) };
  });
}

/** Rows first, then columns, bytes in between, as Pillow's `resize(…, BOX)`. */
export function boxResize(image: Image, height: number, width: number): Image {
  const { channels } = image;
  const across = boxTaps(image.width, width);
  const down = boxTaps(image.height, height);
  const narrowed = new Uint8Array(image.height * width * channels);
  for (let y = 0, to = 0; y < image.height; y++)
    for (const { start, weights } of across)
      for (let c = 0; c < channels; c++, to++) {
        let sum = 0;
        for (let k = 0; k < weights.length; k++)
          sum += weights[k] * image.data[(y * image.width + start + k) * channels + c];
        narrowed[to] = Math.round(sum);
      }
  const data = new Uint8Array(height * width * channels);
  const rowLength = width * channels;
  for (const [y, { start, weights }] of down.entries())
    for (let x = 0; x < rowLength; x++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k] * narrowed[(start + k) * rowLength + x];
      data[y * rowLength + x] = Math.round(sum);
    }
  return { height, width, channels, data };
}
