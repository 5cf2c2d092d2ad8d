import { type Random, UserError } from "../core/index.ts";
import type { Augmentation, Image } from "./augmentation.ts";
import { type Region, resizeBicubic } from "./resize.ts";

const TRIES = 10;

/**
 * A region of random area and shape becomes the image (Szegedy et al. 2015, section 6): torchvision's `RandomResizedCrop`
 * to the size that the image has, with bicubic interpolation.
 * @throws UserError for shares of the area that are no interval in (0, 1], or a ratio below 1
 * @example
 * const augment = [randomResizedCrop({ smallest: 0.35 }), flip()];
 */
export function randomResizedCrop({ smallest = 0.08, largest = 1, widest = 4 / 3 } = {}): Augmentation {
  if (!(smallest > 0 && smallest <= largest && largest <= 1))
    throw new UserError(
      `randomResizedCrop: areas from ${smallest} to ${largest}; they are shares, 0 < smallest ≤ largest ≤ 1`,
    );
  if (!(widest >= 1)) throw new UserError(`randomResizedCrop: widest ${widest} is below 1; it is width over height`);
  return {
    name: "randomResizedCrop",
    options: { smallest, largest, widest },
    apply(image, random) {
      const region = drawRegion(image, random);
      const isWhole = region.height === image.height && region.width === image.width;
      return isWhole ? image : resizeBicubic(image, region, image);
    },
  };

  function drawRegion({ height: tall, width: wide }: Image, random: Random): Region {
    for (let n = 0; n < TRIES; n++) {
      const area = (smallest + (largest - smallest) * random.uniform()) * tall * wide;
      const ratio = widest ** (2 * random.uniform() - 1);
      const width = Math.round(Math.sqrt(area * ratio));
      const height = Math.round(Math.sqrt(area / ratio));
      if (width < 1 || height < 1 || width > wide || height > tall) continue;
      return { top: random.integer(tall - height + 1), left: random.integer(wide - width + 1), height, width };
    }
    // The largest middle part whose sides stand within the ratio.
    const height = Math.min(tall, Math.round(wide * widest));
    const width = Math.min(wide, Math.round(tall * widest));
    return { top: Math.floor((tall - height) / 2), left: Math.floor((wide - width) / 2), height, width };
  }
}
