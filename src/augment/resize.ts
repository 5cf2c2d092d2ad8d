import type { Image } from "./augmentation.ts";

/** A rectangle of pixels. */
export interface Region {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** Pillow's fixed point: weights have so many bits behind the point. */
const ONE = 2 ** 22;
/** Keys' cubic (1981) with a = −0.5, and the distance beyond which it is 0. */
const SUPPORT = 2;
const A = -0.5;

function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return ((A + 2) * x - (A + 3)) * x * x + 1;
  return x < SUPPORT ? (((x - 5) * x + 8) * x - 4) * A : 0;
}

/** For each output position, the first input position and the weights (sum 1, in fixed point) of those from there on. */
function taps(from: number, to: number): { readonly start: number; readonly weights: readonly number[] }[] {
  const scale = from / to;
  // Where it shrinks, the filter widens.
  const stretch = Math.max(1, scale);
  return Array.from({ length: to }, (_, position) => {
    const centre = (position + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - SUPPORT * stretch + 0.5));
    const end = Math.min(from, Math.trunc(centre + SUPPORT * stretch + 0.5));
    const raw = Array.from({ length: end - start }, (_, i) => cubic((start + i - centre + 0.5) / stretch));
    const sum = raw.reduce((a, b) => a + b, 0);
    const fixed = (weight: number) => Math.trunc((weight / sum) * ONE + (weight < 0 ? -0.5 : 0.5));
    return { start, weights: raw.map(fixed) };
  });
}

const byteOf = (sum: number): number => Math.min(255, Math.max(0, Math.floor(sum / ONE + 0.5)));

/** A region of an image at another size, byte for byte as Pillow's `crop` and `resize` with BICUBIC: rows, then columns. */
export function resizeBicubic(
  { channels, width: stride, data }: Image,
  region: Region,
  { height, width }: Pick<Image, "height" | "width">,
): Image {
  const { top, left, height: tall, width: wide } = region;
  const rowLength = width * channels;
  const columns = taps(wide, width);
  const narrowed = new Uint8Array(tall * rowLength);
  for (let y = 0, at = 0; y < tall; y++) {
    const row = ((top + y) * stride + left) * channels;
    for (const { start, weights } of columns)
      for (let c = 0; c < channels; c++, at++) {
        let sum = 0;
        for (let i = 0, from = row + start * channels + c; i < weights.length; i++, from += channels)
          sum += weights[i] * data[from];
        narrowed[at] = byteOf(sum);
      }
  }
  const out = new Uint8Array(height * rowLength);
  let at = 0;
  for (const { start, weights } of taps(tall, height))
    for (let x = 0; x < rowLength; x++, at++) {
      let sum = 0;
      for (let i = 0, from = start * rowLength + x; i < weights.length; i++, from += rowLength)
        sum += weights[i] * narrowed[from];
      out[at] = byteOf(sum);
    }
  return { height, width, channels, data: out };
}
