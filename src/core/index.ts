export type { Batch } from "./batch.ts";
export { checkImageSet, checkLabels } from "./checked-sets.ts";
export { beta, dirichlet, gamma } from "./distributions.ts";
export { duration } from "./duration.ts";
export { knownName, UserError } from "./errors.ts";
export { float16Bits, float16Value } from "./float16.ts";
export { type DType, HostArray, type HostArrays, sizeOf, type TypedArrayOf, zerosLike } from "./host-array.ts";
export {
  type DataSet,
  type Image,
  type ImageSet,
  imageCount,
  type Normalization,
  type Partition,
  subset,
} from "./image-set.ts";
export {
  allBytes,
  type Images,
  imageAt,
  imageBytes,
  rememberOf,
  type SharedImages,
  type StoredImages,
  type StoredImagesParts,
  selectImages,
  shareImages,
} from "./images.ts";
export { inParallel } from "./in-parallel.ts";
export { toJson } from "./json.ts";
export { type Listener, type Progress, reporter } from "./listener.ts";
export { getPath, setPath, type Tree } from "./object-path.ts";
export { type OptionMeta, optionMeta } from "./option-meta.ts";
export { armColorName, paletteStyle } from "./palette.ts";
export { percentiles, rankAmong, shareInWords } from "./percentiles.ts";
export { largestClass, type Predictions, type StoredPredictions } from "./predictions.ts";
export { printable } from "./printable.ts";
export { permutation, Random } from "./random.ts";
export {
  importingModule,
  isRegistered,
  type Registrable,
  registerEntry,
  registeredCount,
  registeredHere,
  registeringModules,
  registerName,
} from "./registry.ts";
export type { NumberColumns, RegressionData, RegressionInputs, RegressionSet } from "./regression-set.ts";
export { roundHalfEven } from "./rounding.ts";
