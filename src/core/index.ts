export type { Batch, Fed } from "./batch.ts";
export type { Boxes, DetectedBoxes, ObjectBoxes } from "./boxes.ts";
export { duration } from "./duration.ts";
export { UserError } from "./errors.ts";
export { type DType, HostArray, type HostArrays, sizeOf, type TypedArrayOf } from "./host-array.ts";
export {
  type DataSet,
  type Image,
  type ImageSet,
  imageCount,
  type Normalization,
  type Partition,
  subset,
  textsOfClasses,
} from "./image-set.ts";
export { type Images, imageAt, type SharedImages, type StoredImages, type StoredImagesParts } from "./images.ts";
export { toJson } from "./json.ts";
export { type Listener, type Progress, reporter } from "./listener.ts";
export { getPath, setPath, type Tree } from "./object-path.ts";
export type { OptionMeta } from "./option-meta.ts";
export { percentiles, rankAmong, shareInWords } from "./percentiles.ts";
export type { LetterboxFrame, PictureSource } from "./picture-source.ts";
export { largestClass, type Predictions, type StoredPredictions } from "./predictions.ts";
export { printable } from "./printable.ts";
export { permutation, Random } from "./random.ts";
export { isRegistered, type Registrable } from "./registry.ts";
export type { NumberColumns, RegressionData, RegressionInputs, RegressionSet } from "./regression-set.ts";
export { percent, textTable } from "./text-table.ts";
