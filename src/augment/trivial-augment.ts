import type { Augmentation } from "./augmentation.ts";
import {
  bitsDownBy,
  type Magnitudes,
  none,
  type OperationName,
  operations,
  thresholdsDown,
  upTo,
} from "./operations.ts";

const LEVELS = 31;

/** The wide ranges, of torchvision's `TrivialAugmentWide`. */
const space: Partial<Record<OperationName, Magnitudes>> = {
  identity: none,
  shearX: upTo(0.99),
  shearY: upTo(0.99),
  translateX: upTo(32),
  translateY: upTo(32),
  rotate: upTo(135),
  brightness: upTo(0.99),
  color: upTo(0.99),
  contrast: upTo(0.99),
  sharpness: upTo(0.99),
  posterize: bitsDownBy(6),
  solarize: thresholdsDown,
  autoContrast: none,
  equalize: none,
};
const names = Object.keys(space) as OperationName[];

/**
 * TrivialAugment (Müller & Hutter 2021) with wide ranges: one operation, one of 31 magnitudes, both uniform.
 * @example
 * const augment = [crop({ pad: 4 }), flip(), trivialAugmentWide()];
 */
export function trivialAugmentWide({ fill = 0 }: { fill?: number } = {}): Augmentation {
  return {
    name: "trivialAugmentWide",
    options: { fill },
    apply(image, random) {
      const name = names[random.integer(names.length)];
      const magnitude = space[name]!(random.integer(LEVELS), LEVELS, image);
      const { signed, apply } = operations[name];
      return apply(image, signed && random.uniform() < 0.5 ? -magnitude : magnitude, fill);
    },
  };
}
