import { type Random, UserError } from "../core/index.ts";
import { bilinearShrink } from "./bilinear-shrink.ts";
import { corruption, type Image } from "./corruption.ts";
import { reflectHalf } from "./filter.ts";
import { fromBytes } from "./pixels.ts";
import { proceduralFrost, proceduralFrostCount } from "./procedural-frost.ts";

export interface FrostLevel {
  readonly image: number;
  readonly frost: number;
  /** Size that photographs of frost are brought to, as a share of their own; textures are used as they are. */
  readonly shrink: number;
}

const level = (shrink: number) => (image: number, frost: number) => ({ image, frost, shrink });
const cifar = level(0.2);
const tiny = level(0.3);
const imagenet = level(1);

export const frost = corruption<FrostLevel>({
  name: "frost",
  title: "Frost",
  meaning:
    "Adds a random cut-out of a photograph of frost to the dimmed image; without photographs, of one of five " +
    "computed textures, so that results are not comparable with published ones.",
  suite: "c",
  random: true,
  levels: {
    cifar: [cifar(1, 0.2), cifar(1, 0.3), cifar(0.9, 0.4), cifar(0.85, 0.4), cifar(0.75, 0.45)],
    "tiny-imagenet": [tiny(1, 0.3), tiny(0.9, 0.4), tiny(0.8, 0.45), tiny(0.75, 0.5), tiny(0.7, 0.55)],
    imagenet: [imagenet(1, 0.4), imagenet(0.8, 0.6), imagenet(0.7, 0.7), imagenet(0.65, 0.7), imagenet(0.6, 0.75)],
  },
  apply: (image, { image: imageShare, frost: frostShare, shrink }, random, { frost: photographs = [] }) => {
    const { height, width, channels } = image;
    const source =
      photographs.length > 0
        ? shrunken(photographs[random.integer(photographs.length)], shrink)
        : proceduralFrost(random.integer(proceduralFrostCount));
    if (photographs.length > 0 && (source.height < height || source.width < width))
      throw new UserError(
        `photograph of frost: ${source.height} × ${source.width} after resizing by ${shrink}, smaller than the ` +
          `${height} × ${width} images; use larger ones, or none`,
      );
    const { data: cut, ...shape } = crop(source, image, random);
    const data = new Float64Array(image.data.length);
    for (let p = 0, at = 0; at < data.length; p++)
      for (let c = 0; c < channels; c++, at++)
        data[at] = imageShare * image.data[at] + frostShare * inChannels(cut, shape.channels, p, c, channels);
    return fromBytes({ height, width, channels, data });
  },
});

/** The value of pixel p, channel c, as if the frost had as many channels as the image. */
function inChannels(cut: Uint8Array, cutChannels: number, p: number, c: number, channels: number): number {
  if (cutChannels === channels) return cut[p * channels + c];
  if (cutChannels === 1) return cut[p];
  return 0.299 * cut[3 * p] + 0.587 * cut[3 * p + 1] + 0.114 * cut[3 * p + 2];
}

/** A piece of the size of `like` from a random place; a source too small is continued by reflection. */
function crop(source: Image, { height, width }: Image, random: Random): Image {
  const { channels } = source;
  const top = random.integer(Math.max(source.height - height, 0) + 1);
  const left = random.integer(Math.max(source.width - width, 0) + 1);
  const data = new Uint8Array(height * width * channels);
  for (let y = 0, to = 0; y < height; y++) {
    const row = reflectHalf(top + y, source.height) * source.width;
    for (let x = 0; x < width; x++) {
      const from = (row + reflectHalf(left + x, source.width)) * channels;
      for (let c = 0; c < channels; c++, to++) data[to] = source.data[from + c];
    }
  }
  return { height, width, channels, data };
}

const cache = new WeakMap<Image, Map<number, Image>>();

/** The same photographs are drawn for every image. */
function shrunken(photograph: Image, factor: number): Image {
  if (factor === 1) return photograph;
  const sizes = cache.get(photograph) ?? new Map<number, Image>();
  cache.set(photograph, sizes);
  const found = sizes.get(factor) ?? bilinearShrink(photograph, factor);
  sizes.set(factor, found);
  return found;
}
