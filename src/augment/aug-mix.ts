import { UserError } from "../core/index.ts";
import { beta, dirichlet } from "../core/internal.ts";
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
const LONGEST = 3;

const space: Partial<Record<OperationName, Magnitudes>> = {
  shearX: upTo(0.3),
  shearY: upTo(0.3),
  translateX: pixelsUpTo(1 / 3, "width"),
  translateY: pixelsUpTo(1 / 3, "height"),
  rotate: upTo(30),
  posterize: bitsDownBy(4),
  solarize: thresholdsDown,
  autoContrast: none,
  equalize: none,
};
const names = Object.keys(space) as OperationName[];

/**
 * AugMix (Hendrycks et al. 2020, algorithm 1), without its consistency loss: the mean, with random weights, of `width`
 * chains of one to three operations, mixed with the image itself. The operations are those that do not overlap with
 * the corruptions of CIFAR-10-C, as the paper has it.
 * @throws UserError for a severity outside 1 to 10
 * @example
 * const augment = [flip(), augMix({ severity: 3, width: 3 })];
 */
export function augMix({ severity = 3, width = 3, alpha = 1, fill = 0 } = {}): Augmentation {
  if (!(Number.isInteger(severity) && severity >= 1 && severity <= LEVELS))
    throw new UserError(`augMix: severity ${severity} is not an integer from 1 to ${LEVELS}; e.g. 3`);
  return {
    name: "augMix",
    options: { severity, width, alpha, fill },
    apply(image, random) {
      const kept = beta(alpha, alpha, random);
      const weights = dirichlet(alpha, width, random);
      const mixed = new Float64Array(image.data.length);
      for (let i = 0; i < mixed.length; i++) mixed[i] = kept * image.data[i];
      for (const weight of weights) {
        let chain = image;
        for (let n = 1 + random.integer(LONGEST); n > 0; n--) {
          const name = names[random.integer(names.length)];
          const magnitude = space[name]!(random.integer(severity), LEVELS, image);
          const { signed, apply } = operations[name];
          chain = apply(chain, signed && random.uniform() < 0.5 ? -magnitude : magnitude, fill);
        }
        const share = (1 - kept) * weight;
        for (let i = 0; i < mixed.length; i++) mixed[i] += share * chain.data[i];
      }
      const data = new Uint8Array(mixed.length);
      for (let i = 0; i < mixed.length; i++) data[i] = Math.round(mixed[i]);
      return { ...image, data };
    },
  };
}
