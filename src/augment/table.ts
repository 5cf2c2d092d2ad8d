import type { Image } from "../core/index.ts";
import { knownName, registerEntry } from "../core/internal.ts";
import { augMix } from "./aug-mix.ts";
import type { Augmentation } from "./augmentation.ts";
import { autoAugmentCifar } from "./auto-augment.ts";
import { colorJitter } from "./color-jitter.ts";
import { crop } from "./crop.ts";
import { cutout } from "./cutout.ts";
import { flip } from "./flip.ts";
import { refuseUnknownOptions } from "./known-options.ts";
import { pixMix } from "./pix-mix.ts";
import { randAugment } from "./rand-augment.ts";
import { randomErasing } from "./random-erasing.ts";
import { randomResizedCrop } from "./random-resized-crop.ts";
import { trivialAugmentWide } from "./trivial-augment.ts";

/** What augmentations need besides numbers. */
export interface AugmentationResources {
  /** Pictures that `pixMix` mixes with in place of fractals. */
  readonly mixingSet?: readonly Image[];
}

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

/**
 * Those of the table and of `registerAugmentation`.
 * @example
 * console.log(augmentationNames.join(", "));
 */
export const augmentationNames: readonly string[] = Object.keys(augmentationTable);

/**
 * Makes an augmentation of the user's own known by name, here and to `--augment`. Threads know it where it is registered
 * by a module that `importModules` or `--import` imports.
 * @param create makes it of its options, each a number with a default, and keeps all of them as `options`
 * @throws UserError for a name that is taken
 * @example
 * registerAugmentation("darken", ({ share = 0.5 } = {}) => ({
 *   name: "darken",
 *   options: { share },
 *   apply: (image, random) => ({ ...image, data: image.data.map((value) => value * (1 - share * random.uniform())) }),
 * }));
 */
export const registerAugmentation = (name: string, create: (options: any) => Augmentation): void =>
  registerEntry("augmentation", augmentationTable, augmentationNames, name, create);

/**
 * Rebuilds a pipeline from the `{ name, options }` that a config holds.
 * @throws UserError for an unknown name or option, or options out of range
 * @example
 * const augment = augmentationsFromJson([{ name: "crop", options: { pad: 4 } }, { name: "flip", options: {} }]);
 */
export const augmentationsFromJson = (
  list: readonly Pick<Augmentation, "name" | "options">[],
  { mixingSet }: AugmentationResources = {},
): Augmentation[] =>
  list.map(({ name, options }) => {
    const create = augmentationTable[knownName("augmentation", name, augmentationNames)];
    refuseUnknownOptions(augmentationTable, name, options);
    return create(name === "pixMix" && mixingSet ? { ...options, mixingSet } : options);
  });
