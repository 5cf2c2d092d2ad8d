export { augMix } from "./aug-mix.ts";
export type { Augmentation, BoxedImage, Image } from "./augmentation.ts";
export { autoAugmentCifar } from "./auto-augment.ts";
export { colorJitter } from "./color-jitter.ts";
export { crop } from "./crop.ts";
export { cutout } from "./cutout.ts";
export { flip } from "./flip.ts";
export type { OptionTable } from "./known-options.ts";
export { type BatchOptions, makeBatch, normalizeImages, type Places } from "./make-batch.ts";
export {
  type BatchMixer,
  cutmix,
  type MixShape,
  mixerNames,
  mixersFromJson,
  mixup,
  registerMixer,
  smoothLabels,
} from "./mixers.ts";
export type { OperationName } from "./operations.ts";
export { type PixMixOptions, pixMix } from "./pix-mix.ts";
export { randAugment } from "./rand-augment.ts";
export { randomErasing } from "./random-erasing.ts";
export { randomResizedCrop } from "./random-resized-crop.ts";
export { standardOptions } from "./standard-options.ts";
export { type AugmentationResources, augmentationNames, augmentationsFromJson, registerAugmentation } from "./table.ts";
export type { BatchTask, Pipeline } from "./training-images.ts";
export { trivialAugmentWide } from "./trivial-augment.ts";
export { augmentWithBoxes, withoutBoxes } from "./with-boxes.ts";
