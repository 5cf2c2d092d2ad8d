import { knownName } from "../core/index.ts";
import type { Augmentation } from "./augmentation.ts";
import { crop } from "./crop.ts";
import { flip } from "./flip.ts";

export type { Augmentation, Image } from "./augmentation.ts";
export { crop } from "./crop.ts";
export { flip } from "./flip.ts";
export { type BatchOptions, makeBatch, normalizeImages } from "./make-batch.ts";

/** Every augmentation by name, from its options as they stand in a run's config. */
export const augmentationTable: Readonly<Record<string, (options: any) => Augmentation>> = { crop, flip };

/** Rebuilds a pipeline from the `{ name, options }` that a config holds. @throws UserError for an unknown name */
export const augmentationsFromJson = (list: readonly Pick<Augmentation, "name" | "options">[]): Augmentation[] =>
  list.map(({ name, options }) =>
    augmentationTable[knownName("augmentation", name, Object.keys(augmentationTable))](options),
  );
