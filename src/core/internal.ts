/** What other rooms need of this one and a user does not. */

export { boxesAt, scaledBoxes } from "./boxes.ts";
export { checkImageSet, checkLabels } from "./checked-sets.ts";
export { beta, dirichlet } from "./distributions.ts";
export { knownName } from "./errors.ts";
export { float16Value } from "./float16.ts";
export { typedArrays, zerosLike } from "./host-array.ts";
export { joinCaptions } from "./image-set.ts";
export { allBytes, imageBytes, rememberOf, selectImages, shareImages } from "./images.ts";
export { type InBatchesOptions, inBatches, joinRows, type RowArray, type RowBatch } from "./in-batches.ts";
export { inParallel } from "./in-parallel.ts";
export { FLIPPED_FOR_MEAN } from "./mean-over-ranks.ts";
export { optionMeta } from "./option-meta.ts";
export { armColorName, paletteStyle } from "./palette.ts";
export {
  importingModule,
  registerEntry,
  registeredCount,
  registeredHere,
  registeringModules,
  registerName,
} from "./registry.ts";
export { roundHalfEven } from "./rounding.ts";
export { counted } from "./text-table.ts";
