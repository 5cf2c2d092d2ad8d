import { corruption, type Image } from "./corruption.ts";
import { fromBytes, luma } from "./pixels.ts";
import { powerOfTwo } from "./plasma-fractal.ts";
import { proceduralFrost } from "./procedural-frost.ts";
import { resizeBilinear } from "./resize-bilinear.ts";

interface Level {
  readonly image: number;
  readonly frost: number;
  /** What photographs are shrunk by before a piece of the image's size is cut out. */
  readonly shrink: number;
}
const small = (image: number, frost: number): Level => ({ image, frost, shrink: 0.2 });
const medium = (image: number, frost: number): Level => ({ image, frost, shrink: 0.3 });
const large = (image: number, frost: number): Level => ({ image, frost, shrink: 1 });

export const frost = corruption<Level>({
  name: "frost",
  title: "Frost",
  meaning:
    "Adds a random piece of one of five pictures of frost. Without photographs a procedural texture stands in (frost*).",
  suite: "c",
  random: true,
  levels: {
    cifar: [small(1, 0.2), small(1, 0.3), small(0.9, 0.4), small(0.85, 0.4), small(0.75, 0.45)],
    "tiny-imagenet": [medium(1, 0.3), medium(0.9, 0.4), medium(0.8, 0.45), medium(0.75, 0.5), medium(0.7, 0.55)],
    imagenet: [large(1, 0.4), large(0.8, 0.6), large(0.7, 0.7), large(0.65, 0.7), large(0.6, 0.75)],
  },
  apply(image, level, random, { frost: photographs }) {
    const { height, width, channels, data } = image;
    const pictures = photographs
      ? photographs.map((photograph) => shrunk(photograph, level.shrink, image))
      : proceduralFrost(powerOfTwo(Math.max(256, 2 * height, 2 * width)));
    const picture = pictures[random.integer(pictures.length)];
    const top = random.integer(picture.height - height + 1);
    const left = random.integer(picture.width - width + 1);
    const source = channels === 1 && picture.channels === 3 ? grey(picture) : picture;
    const out = new Float64Array(data.length);
    for (let y = 0, to = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const from = ((top + y) * source.width + left + x) * source.channels;
        for (let c = 0; c < channels; c++, to++)
          out[to] = level.image * data[to] + level.frost * source.data[from + (c % source.channels)];
      }
    return fromBytes({ height, width, channels, data: out });
  },
});

const greys = new WeakMap<Image, Image>();
function grey(picture: Image): Image {
  let made = greys.get(picture);
  if (!made) {
    const bytes = luma({ channels: 3, data: Float64Array.from(picture.data) });
    made = { ...picture, channels: 1, data: Uint8Array.from(bytes, Math.round) };
    greys.set(picture, made);
  }
  return made;
}

const sizes = new WeakMap<Image, Map<number, Image>>();
/** Shrunk as published, but never below the image that it has to cover: small photographs are enlarged. */
function shrunk(photograph: Image, shrink: number, { height, width }: Image): Image {
  const factor = Math.max(shrink, height / photograph.height, width / photograph.width);
  if (factor === 1) return photograph;
  const known = sizes.get(photograph) ?? new Map<number, Image>();
  sizes.set(photograph, known);
  const made = known.get(factor) ?? resizeBilinear(photograph, factor);
  known.set(factor, made);
  return made;
}
