import { UserError } from "../core/index.ts";
import type { Augmentation, Image } from "./augmentation.ts";

/** A copy with the rectangle, cut to the image, in one byte value. */
export function filled(
  image: Image,
  { top, left, height, width }: { top: number; left: number; height: number; width: number },
  fill: number,
): Image {
  const data = new Uint8Array(image.data);
  const { channels } = image;
  const [from, to] = [Math.max(0, left), Math.min(image.width, left + width)];
  for (let y = Math.max(0, top); y < Math.min(image.height, top + height); y++)
    if (to > from) data.fill(fill, (y * image.width + from) * channels, (y * image.width + to) * channels);
  return { ...image, data };
}

/**
 * Cutout (DeVries & Taylor 2017): a square around a uniformly random pixel, which may reach over the edge, becomes one
 * value; 16 pixels for CIFAR-10, 8 for CIFAR-100.
 * @throws UserError for a size below 1
 * @example
 * const augment = [crop({ pad: 4 }), flip(), cutout({ size: 16 })];
 */
export function cutout({ size = 16, fill = 0 } = {}): Augmentation {
  if (!(Number.isInteger(size) && size >= 1))
    throw new UserError(`cutout: size ${size} is not an integer ≥ 1; e.g. 16`);
  return {
    name: "cutout",
    options: { size, fill },
    apply(image, random) {
      const top = random.integer(image.height) - Math.floor(size / 2);
      const left = random.integer(image.width) - Math.floor(size / 2);
      return filled(image, { top, left, height: size, width: size }, fill);
    },
  };
}
