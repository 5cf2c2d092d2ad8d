import type { Image } from "../../core/image-set.ts";
import type { Manifest } from "../manifest.ts";

/** For people. */
export const WHITE_ON_BLACK = "inverted: the models know white on black";

/** Grey training images that are darker than this on average show light things on black: MNIST's mean is 0.13. */
const DARK = 0.35;

/** Whether the models know light ink on black, as digits are kept, by the mean of their training images. */
export const isWhiteOnBlack = ({ shape, normalization }: Pick<Manifest, "shape" | "normalization">): boolean =>
  shape.channels === 1 && normalization.mean[0] < DARK;

/**
 * A photo of ink on light paper as light ink on black: from the paper (the median grey) as black to the darkest grey
 * as white, for the models know pictures that use the whole range. Undefined where the picture is mostly dark already.
 */
export function invertedInk(image: Image): Image | undefined {
  const sorted = image.data.toSorted();
  const [darkest, paper] = [sorted[0], sorted[sorted.length >> 1]];
  if (paper < 128) return undefined;
  const data = image.data.map((grey) => (255 * Math.max(0, paper - grey)) / (paper - darkest || 1));
  return { ...image, data };
}
