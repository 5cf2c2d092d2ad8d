import { roundHalfEven } from "../core/internal.ts";
import type { Image } from "./augmentation.ts";
import { rotate, shearX, shearY, translateX, translateY } from "./geometry.ts";
import {
  autoContrast,
  brightness,
  contrast,
  equalize,
  invert,
  posterize,
  saturation,
  sharpness,
  solarize,
} from "./tones.ts";

/** A change of an image by a magnitude in its own unit. */
export interface Operation {
  /** Whether a magnitude may be taken with either sign. */
  readonly signed: boolean;
  readonly apply: (image: Image, magnitude: number, fill: number) => Image;
}

const geometric = (apply: Operation["apply"]): Operation => ({ signed: true, apply });
/** A factor of 1 + magnitude. */
const enhanced = (change: (image: Image, factor: number) => Image): Operation => ({
  signed: true,
  apply: (image, magnitude) => change(image, 1 + magnitude),
});
const plain = (apply: (image: Image, magnitude: number) => Image): Operation => ({ signed: false, apply });

/** The operations that AutoAugment and its followers choose from (Cubuk et al. 2019, table 6), as Pillow has them. */
export const operations = {
  identity: plain((image) => image),
  shearX: geometric(shearX),
  shearY: geometric(shearY),
  translateX: geometric(translateX),
  translateY: geometric(translateY),
  rotate: geometric(rotate),
  brightness: enhanced(brightness),
  color: enhanced(saturation),
  contrast: enhanced(contrast),
  sharpness: enhanced(sharpness),
  posterize: plain(posterize),
  solarize: plain(solarize),
  autoContrast: plain(autoContrast),
  equalize: plain(equalize),
  invert: plain(invert),
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof operations;

/** Magnitudes of an operation by level 0 … levels − 1. */
export type Magnitudes = (level: number, levels: number, image: Image) => number;

/** From 0 to `largest`. */
export const upTo =
  (largest: number): Magnitudes =>
  (level, levels) =>
    (largest * level) / (levels - 1);

/** Pixels, as a share of the image's side. */
export const pixelsUpTo =
  (share: number, side: "height" | "width"): Magnitudes =>
  (level, levels, image) =>
    (share * image[side] * level) / (levels - 1);

/** From 8 bits down by `lost`, rounded half to even as PyTorch does. */
export const bitsDownBy =
  (lost: number): Magnitudes =>
  (level, levels) =>
    8 - roundHalfEven(level / ((levels - 1) / lost));

/** Thresholds from 255 to 0. */
export const thresholdsDown: Magnitudes = (level, levels) => 255 - (255 * level) / (levels - 1);

/** Of operations without a magnitude. */
export const none: Magnitudes = () => 0;
