import { knownName } from "../core/index.ts";
import { augMix } from "./aug-mix.ts";
import type { Augmentation } from "./augmentation.ts";
import { autoAugmentCifar } from "./auto-augment.ts";
import { colorJitter } from "./color-jitter.ts";
import { crop } from "./crop.ts";
import { cutout } from "./cutout.ts";
import { flip } from "./flip.ts";
import { pixMix } from "./pix-mix.ts";
import { randAugment } from "./rand-augment.ts";
import { randomErasing } from "./random-erasing.ts";
import { randomResizedCrop } from "./random-resized-crop.ts";
import { trivialAugmentWide } from "./trivial-augment.ts";

export { augMix } from "./aug-mix.ts";
export type { Augmentation, Image } from "./augmentation.ts";
export { autoAugmentCifar } from "./auto-augment.ts";
export { colorJitter } from "./color-jitter.ts";
export { crop } from "./crop.ts";
export { cutout } from "./cutout.ts";
export { flip } from "./flip.ts";
export { type BatchOptions, makeBatch, normalizeImages } from "./make-batch.ts";
export { type BatchMixer, cutmix, type MixShape, mixersFromJson, mixerTable, mixup, smoothLabels } from "./mixers.ts";
export { type OperationName, operations } from "./operations.ts";
export { type PixMixOptions, pixMix } from "./pix-mix.ts";
export { randAugment } from "./rand-augment.ts";
export { randomErasing } from "./random-erasing.ts";
export { randomResizedCrop } from "./random-resized-crop.ts";
export { trivialAugmentWide } from "./trivial-augment.ts";

/** Every augmentation by name, from its options as they stand in a run's config. */
export const augmentationTable: Readonly<Record<string, (options: any) => Augmentation>> = {
  crop,
  randomResizedCrop,
  flip,
  cutout,
  randomErasing,
  autoAugmentCifar,
  randAugment,
  trivialAugmentWide,
  augMix,
  pixMix,
  colorJitter,
};

/** Rebuilds a pipeline from the `{ name, options }` that a config holds. @throws UserError for an unknown name */
export const augmentationsFromJson = (list: readonly Pick<Augmentation, "name" | "options">[]): Augmentation[] =>
  list.map(({ name, options }) =>
    augmentationTable[knownName("augmentation", name, Object.keys(augmentationTable))](options),
  );
