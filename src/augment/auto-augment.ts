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

const LEVELS = 10;

const space: Partial<Record<OperationName, Magnitudes>> = {
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
  invert: none,
};

type Step = readonly [operation: OperationName, probability: number, level: number];

/** The policy found on CIFAR-10 (Cubuk et al. 2019, table 7): pairs of steps, each with a probability and a level. */
const cifar10: readonly (readonly [Step, Step])[] = [
  [
    ["invert", 0.1, 0],
    ["contrast", 0.2, 6],
  ],
  [
    ["rotate", 0.7, 2],
    ["translateX", 0.3, 9],
  ],
  [
    ["sharpness", 0.8, 1],
    ["sharpness", 0.9, 3],
  ],
  [
    ["shearY", 0.5, 8],
    ["translateY", 0.7, 9],
  ],
  [
    ["autoContrast", 0.5, 0],
    ["equalize", 0.9, 0],
  ],
  [
    ["shearY", 0.2, 7],
    ["posterize", 0.3, 7],
  ],
  [
    ["color", 0.4, 3],
    ["brightness", 0.6, 7],
  ],
  [
    ["sharpness", 0.3, 9],
    ["brightness", 0.7, 9],
  ],
  [
    ["equalize", 0.6, 0],
    ["equalize", 0.5, 0],
  ],
  [
    ["contrast", 0.6, 7],
    ["sharpness", 0.6, 5],
  ],
  [
    ["color", 0.7, 7],
    ["translateX", 0.5, 8],
  ],
  [
    ["equalize", 0.3, 0],
    ["autoContrast", 0.4, 0],
  ],
  [
    ["translateY", 0.4, 3],
    ["sharpness", 0.2, 6],
  ],
  [
    ["brightness", 0.9, 6],
    ["color", 0.2, 8],
  ],
  [
    ["solarize", 0.5, 2],
    ["invert", 0, 0],
  ],
  [
    ["equalize", 0.2, 0],
    ["autoContrast", 0.6, 0],
  ],
  [
    ["equalize", 0.2, 0],
    ["equalize", 0.6, 0],
  ],
  [
    ["color", 0.9, 9],
    ["equalize", 0.6, 0],
  ],
  [
    ["autoContrast", 0.8, 0],
    ["solarize", 0.2, 8],
  ],
  [
    ["brightness", 0.1, 3],
    ["color", 0.7, 0],
  ],
  [
    ["solarize", 0.4, 5],
    ["autoContrast", 0.9, 0],
  ],
  [
    ["translateY", 0.9, 9],
    ["translateY", 0.7, 9],
  ],
  [
    ["autoContrast", 0.9, 0],
    ["solarize", 0.8, 3],
  ],
  [
    ["equalize", 0.8, 0],
    ["invert", 0.1, 0],
  ],
  [
    ["translateY", 0.7, 9],
    ["autoContrast", 0.9, 0],
  ],
];

/**
 * AutoAugment with the policy of CIFAR-10: one pair of 25, uniform; ranges and signs as torchvision has them.
 * @example
 * const augment = [crop({ pad: 4 }), flip(), autoAugmentCifar()];
 */
export function autoAugmentCifar({ fill = 0 }: { fill?: number } = {}): Augmentation {
  return {
    name: "autoAugmentCifar",
    options: { fill },
    apply(image, random) {
      let changed = image;
      for (const [name, probability, level] of cifar10[random.integer(cifar10.length)]) {
        const [taken, negative] = [random.uniform() <= probability, random.uniform() < 0.5];
        if (!taken) continue;
        const magnitude = space[name]!(level, LEVELS, image);
        const { signed, apply } = operations[name];
        changed = apply(changed, signed && negative ? -magnitude : magnitude, fill);
      }
      return changed;
    },
  };
}
