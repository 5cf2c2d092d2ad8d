import { UserError } from "../core/index.ts";
import type { Augmentation } from "./augmentation.ts";
import {
  bitsDownBy,
  type Magnitudes,
  none,
  type OperationName,
  operations,
  pixelsUpTo,
  thresholdsDown,
  upTo,
} from "./operations.ts";

const LEVELS = 31;

/** torchvision's ranges of `RandAugment`, which follow AutoAugment's: 150 of 331 pixels, 30 degrees. */
const space: Partial<Record<OperationName, Magnitudes>> = {
  identity: none,
  shearX: upTo(0.3),
  shearY: upTo(0.3),
  translateX: pixelsUpTo(150 / 331, "width"),
  translateY: pixelsUpTo(150 / 331, "height"),
  rotate: upTo(30),
  brightness: upTo(0.9),
  color: upTo(0.9),
  contrast: upTo(0.9),
  sharpness: upTo(0.9),
  posterize: bitsDownBy(4),
  solarize: thresholdsDown,
  autoContrast: none,
  equalize: none,
};
const names = Object.keys(space) as OperationName[];

/**
 * RandAugment (Cubuk et al. 2020): `count` operations in turn, each uniform, all of the same magnitude out of 31.
 * @throws UserError for a magnitude outside 0 to 30
 * @example
 * const augment = [crop({ pad: 4 }), flip(), randAugment({ count: 2, magnitude: 9 })];
 */
export function randAugment({ count = 2, magnitude = 9, fill = 0 } = {}): Augmentation {
  if (!(Number.isInteger(magnitude) && magnitude >= 0 && magnitude < LEVELS))
    throw new UserError(`randAugment: magnitude ${magnitude} is not an integer from 0 to ${LEVELS - 1}; e.g. 9`);
  return {
    name: "randAugment",
    options: { count, magnitude, fill },
    apply(image, random) {
      let changed = image;
      for (let n = 0; n < count; n++) {
        const name = names[random.integer(names.length)];
        const value = space[name]!(magnitude, LEVELS, image);
        const { signed, apply } = operations[name];
        changed = apply(changed, signed && random.uniform() < 0.5 ? -value : value, fill);
      }
      return changed;
    },
  };
}
