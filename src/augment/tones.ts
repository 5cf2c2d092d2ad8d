import type { Image } from "./augmentation.ts";

// Plain loops throughout: a callback for each value costs several times the work that it does.

/** Every value through a table of its channel's. */
function mapBytes(image: Image, tableOf: (channel: number) => Uint8Array): Image {
  const { channels, data } = image;
  const out = new Uint8Array(data.length);
  for (let c = 0; c < channels; c++) {
    const table = tableOf(c);
    for (let i = c; i < data.length; i += channels) out[i] = table[data[i]];
  }
  return { ...image, data: out };
}

function table(change: (value: number) => number): Uint8Array {
  const out = new Uint8Array(256);
  for (let value = 0; value < 256; value++) out[value] = change(value);
  return out;
}

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

const inverted = table((value) => 255 - value);
export const invert = (image: Image): Image => mapBytes(image, () => inverted);

function histograms({ channels, data }: Image): Int32Array[] {
  return Array.from({ length: channels }, (_, c) => {
    const counts = new Int32Array(256);
    for (let i = c; i < data.length; i += channels) counts[data[i]]++;
    return counts;
  });
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
    const pixels = image.height * image.width;
    const step = Math.floor((pixels - histogram[last]) / 255);
    if (step === 0) return table((value) => value);
    let sum = Math.floor(step / 2);
    return table((value) => {
      const level = Math.min(Math.floor(sum / step), 255);
      sum += histogram[value];
      return level;
    });
  });
}

/** A weighted mean of two images, or beyond; in float32 and cut off to bytes as Pillow's `blend`. */
function blend(from: Uint8Array, image: Image, factor: number): Image {
  const single = Math.fround(factor);
  const { data } = image;
  const out = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const value = Math.fround(from[i] + Math.fround(single * (data[i] - from[i])));
    out[i] = value < 0 ? 0 : value > 255 ? 255 : value;
  }
  return { ...image, data: out };
}

/** Pillow's whole-number luma (ITU-R BT.601), in every channel. */
function grey({ channels, data }: Image): Uint8Array {
  if (channels === 1) return data;
  const out = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    const luma = (data[i] * 19595 + data[i + 1] * 38470 + data[i + 2] * 7471 + 0x8000) >> 16;
    out[i] = luma;
    out[i + 1] = luma;
    out[i + 2] = luma;
  }
  return out;
}

/** From black (factor 0) through the image (1) to over-bright. */
export const brightness = (image: Image, factor: number): Image =>
  blend(new Uint8Array(image.data.length), image, factor);

/** From grey to over-saturated. */
export const saturation = (image: Image, factor: number): Image => blend(grey(image), image, factor);

/** From an even grey of its mean to over-contrasted. */
export function contrast(image: Image, factor: number): Image {
  const own = grey(image);
  let sum = 0;
  for (let i = 0; i < own.length; i++) sum += own[i];
  const mean = Math.trunc(sum / own.length + 0.5);
  return blend(new Uint8Array(own.length).fill(mean), image, factor);
}

/** From smoothed to over-sharpened; the outermost pixels stay. */
export function sharpness(image: Image, factor: number): Image {
  const { height, width, channels, data } = image;
  const smooth = new Uint8Array(data);
  const row = width * channels;
  for (let y = 1; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++)
      for (let c = 0; c < channels; c++) {
        const at = y * row + x * channels + c;
        let sum = 4 * data[at];
        for (let line = at - row; line <= at + row; line += row)
          sum += data[line - channels] + data[line] + data[line + channels];
        smooth[at] = Math.trunc(sum / 13 + 0.5);
      }
  return blend(smooth, image, factor);
}
