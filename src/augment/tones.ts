import type { Image } from "./augmentation.ts";

/** Every value through a table of its channel's. */
function mapBytes(image: Image, tableOf: (channel: number) => ArrayLike<number>): Image {
  const { channels, data } = image;
  const tables = Array.from({ length: channels }, (_, c) => tableOf(c));
  return { ...image, data: data.map((value, i) => tables[i % channels][value]) };
}

const table = (change: (value: number) => number) => Uint8Array.from({ length: 256 }, (_, value) => change(value));

/** Keeps the highest `bits` bits. */
export function posterize(image: Image, bits: number): Image {
  const kept = table((value) => value & (256 - 2 ** (8 - bits)));
  return mapBytes(image, () => kept);
}

/** Inverts what is at least `threshold`. */
export function solarize(image: Image, threshold: number): Image {
  const turned = table((value) => (value < threshold ? value : 255 - value));
  return mapBytes(image, () => turned);
}

export const invert = (image: Image): Image => ({ ...image, data: image.data.map((value) => 255 - value) });

function histograms({ channels, data }: Image): Int32Array[] {
  const counts = Array.from({ length: channels }, () => new Int32Array(256));
  for (let i = 0; i < data.length; i++) counts[i % channels][data[i]]++;
  return counts;
}

/** Stretches each channel to 0 … 255, as Pillow's `autocontrast`. */
export function autoContrast(image: Image): Image {
  const counts = histograms(image);
  return mapBytes(image, (channel) => {
    const low = counts[channel].findIndex((count) => count > 0);
    const high = counts[channel].findLastIndex((count) => count > 0);
    if (high <= low) return table((value) => value);
    const scale = 255 / (high - low);
    return table((value) => Math.min(Math.max(Math.trunc(value * scale - low * scale), 0), 255));
  });
}

/** Evens out each channel's histogram, as Pillow's `equalize`: in whole steps of pixels. */
export function equalize(image: Image): Image {
  const counts = histograms(image);
  return mapBytes(image, (channel) => {
    const histogram = counts[channel];
    const last = histogram.findLastIndex((count) => count > 0);
    const pixels = histogram.reduce((a, b) => a + b, 0);
    const step = Math.floor((pixels - histogram[last]) / 255);
    if (step === 0) return table((value) => value);
    let sum = Math.floor(step / 2);
    return Uint8Array.from(histogram, (count) => {
      const level = Math.min(Math.floor(sum / step), 255);
      sum += count;
      return level;
    });
  });
}

/** A weighted mean of two images, or beyond; in float32 and cut off to bytes as Pillow's `blend`. */
function blend(from: ArrayLike<number>, image: Image, factor: number): Image {
  const single = Math.fround(factor);
  const data = image.data.map((value, i) =>
    Math.min(Math.max(Math.fround(from[i] + Math.fround(single * (value - from[i]))), 0), 255),
  );
  return { ...image, data };
}

/** Pillow's whole-number luma (ITU-R BT.601). */
function grey({ channels, data }: Image): Uint8Array {
  if (channels === 1) return data;
  return Uint8Array.from(
    { length: data.length / 3 },
    (_, p) => (data[3 * p] * 19595 + data[3 * p + 1] * 38470 + data[3 * p + 2] * 7471 + 0x8000) >> 16,
  );
}

/** From black (factor 0) through the image (1) to over-bright. */
export const brightness = (image: Image, factor: number): Image =>
  blend(new Uint8Array(image.data.length), image, factor);

/** From grey to over-saturated. */
export function saturation(image: Image, factor: number): Image {
  const own = grey(image);
  const { channels } = image;
  return blend(
    image.data.map((_, i) => own[Math.floor(i / channels)]),
    image,
    factor,
  );
}

/** From an even grey of its mean to over-contrasted. */
export function contrast(image: Image, factor: number): Image {
  const own = grey(image);
  const mean = Math.trunc(own.reduce((a, b) => a + b, 0) / own.length + 0.5);
  return blend(new Uint8Array(image.data.length).fill(mean), image, factor);
}

/** From smoothed to over-sharpened; the outermost pixels stay. */
export function sharpness(image: Image, factor: number): Image {
  const { height, width, channels, data } = image;
  const smooth = data.slice();
  const row = width * channels;
  for (let y = 1; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++)
      for (let c = 0; c < channels; c++) {
        const at = y * row + x * channels + c;
        let sum = 4 * data[at];
        for (const line of [at - row, at, at + row]) sum += data[line - channels] + data[line] + data[line + channels];
        smooth[at] = Math.trunc(sum / 13 + 0.5);
      }
  return blend(smooth, image, factor);
}
