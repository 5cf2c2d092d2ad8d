import { UserError } from "../core/index.ts";
import type { Augmentation } from "./augmentation.ts";
import { filled } from "./cutout.ts";

const TRIES = 10;
/** Sides stand at most as 3.3 to 1. */
const WIDEST = 3.3;

/**
 * Random erasing (Zhong et al. 2020, algorithm 1): with a probability a rectangle of random area and shape, all within
 * the image, becomes one value. The defaults are torchvision's but for the probability, which is the ImageNet recipe's.
 * @throws UserError for a probability outside [0, 1]
 * @example
 * const augment = [flip(), randomErasing({ probability: 0.25 })];
 */
export function randomErasing({ probability = 0.25, smallest = 0.02, largest = 0.33, fill = 0 } = {}): Augmentation {
  if (!(probability >= 0 && probability <= 1))
    throw new UserError(`randomErasing: probability ${probability} is outside [0, 1]; e.g. 0.25`);
  return {
    name: "randomErasing",
    options: { probability, smallest, largest, fill },
    apply(image, random) {
      if (random.uniform() >= probability) return image;
      for (let n = 0; n < TRIES; n++) {
        const area = (smallest + (largest - smallest) * random.uniform()) * image.height * image.width;
        const ratio = Math.exp(Math.log(WIDEST) * (2 * random.uniform() - 1));
        const height = Math.round(Math.sqrt(area * ratio));
        const width = Math.round(Math.sqrt(area / ratio));
        if (height >= image.height || width >= image.width || height < 1 || width < 1) continue;
        const top = random.integer(image.height - height + 1);
        const left = random.integer(image.width - width + 1);
        return filled(image, { top, left, height, width }, fill);
      }
      return image;
    },
  };
}
