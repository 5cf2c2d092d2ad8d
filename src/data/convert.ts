import { type ImageSet, imageAt, imageCount, type PictureSource } from "../core/index.ts";
import { allBytes, scaledBoxes } from "../core/internal.ts";

export interface ImageShape {
  readonly height: number;
  readonly width: number;
  /** 1 or 3. */
  readonly channels: number;
}

/**
 * The same images at another size and number of channels, so that a model of one data set can be shown another
 * (MNIST as out-of-distribution images of a colour model). Sizes change by a triangle filter as Pillow's BILINEAR
 * does it (it averages when shrinking), computed here so that every machine gets the same bytes; grey becomes three
 * equal channels, colour becomes ITU-R BT.601 luma. Boxes follow. Same shape: the set itself.
 * @example
 * const gray = matchImages(images, { height: 28, width: 28, channels: 1 }); // as a model of MNIST wants them
 */
export function matchImages(set: ImageSet, shape: ImageShape): ImageSet {
  const recoloured = set.channels === shape.channels ? set : { ...set, ...recolour(set, shape.channels) };
  if (set.height === shape.height && set.width === shape.width) return recoloured;
  const { boxes, source } = set;
  const [across, down] = [shape.width / set.width, shape.height / set.height];
  return {
    ...recoloured,
    ...resize(recoloured, shape.height, shape.width),
    ...(boxes && { boxes: scaledBoxes(boxes, across, down) }),
    ...(source && { source: scaledFrames(source, across, down) }),
  };
}

const scaledFrames = ({ pictures, ...others }: PictureSource, across: number, down: number): PictureSource => ({
  ...others,
  pictures: pictures.map(({ frame, ...picture }) => ({
    ...picture,
    frame: {
      ...frame,
      across: frame.across * across,
      down: frame.down * down,
      left: frame.left * across,
      top: frame.top * down,
    },
  })),
});

/** The negatives, 255 − x, as `<data set>-inverted/<split>`: what lay on white lies on black. */
export const invertImages = (set: ImageSet): ImageSet => ({
  ...set,
  name: set.name.replace(/^[^/]*/, (name) => `${name}-inverted`),
  images: allBytes(set).map((value) => 255 - value),
});

/** RGB bytes → ITU-R BT.601 luma, rounded: pure red 76, green 150, blue 29. */
export function greyOf(rgb: Uint8Array): Uint8Array {
  const grey = new Uint8Array(rgb.length / 3);
  for (let p = 0; p < grey.length; p++)
    grey[p] = Math.round(0.299 * rgb[3 * p] + 0.587 * rgb[3 * p + 1] + 0.114 * rgb[3 * p + 2]);
  return grey;
}

function recolour(set: ImageSet, channels: number): Pick<ImageSet, "images" | "channels"> {
  const bytes = allBytes(set);
  if (channels === 1) return { images: greyOf(bytes), channels };
  const pixels = bytes.length / set.channels;
  const images = new Uint8Array(pixels * channels);
  for (let p = 0; p < pixels; p++) images.fill(bytes[p], p * channels, (p + 1) * channels);
  return { images, channels };
}

/** For each output position, the first input position and the weights (sum 1) of those from there on. */
function filterTaps(from: number, to: number): { start: number; weights: Float64Array }[] {
  const scale = from / to;
  const support = Math.max(1, scale);
  return Array.from({ length: to }, (_, position) => {
    const centre = (position + 0.5) * scale;
    const start = Math.max(0, Math.floor(centre - support + 0.5));
    const end = Math.min(from, Math.floor(centre + support + 0.5));
    const weights = Float64Array.from({ length: end - start }, (_, i) =>
      Math.max(0, 1 - Math.abs((start + i + 0.5 - centre) / support)),
    );
    const sum = weights.reduce((a, b) => a + b, 0);
    return { start, weights: weights.map((weight) => weight / sum) };
  });
}

function resize(set: ImageSet, height: number, width: number): Pick<ImageSet, "images" | "height" | "width"> {
  const { channels } = set;
  const rows = filterTaps(set.height, height);
  const columns = filterTaps(set.width, width);
  const images = new Uint8Array(imageCount(set) * height * width * channels);
  const narrowed = new Float64Array(set.height * width * channels);
  for (let n = 0, out = 0; n < imageCount(set); n++) {
    const image = imageAt(set, n);
    for (let y = 0, at = 0; y < set.height; y++)
      for (const { start, weights } of columns)
        for (let c = 0; c < channels; c++, at++) {
          let sum = 0;
          let from = (y * set.width + start) * channels + c;
          for (let i = 0; i < weights.length; i++, from += channels) sum += weights[i] * image[from];
          narrowed[at] = sum;
        }
    const rowLength = width * channels;
    for (const { start, weights } of rows)
      for (let x = 0; x < rowLength; x++, out++) {
        let sum = 0;
        let from = start * rowLength + x;
        for (let i = 0; i < weights.length; i++, from += rowLength) sum += weights[i] * narrowed[from];
        images[out] = Math.round(sum);
      }
  }
  return { images, height, width };
}
