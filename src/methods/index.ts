import { type AnchoredOptions, anchored } from "./anchored.ts";
import type { Method } from "./method.ts";
import type { CrossEntropyOptions, OutputOptions } from "./outputs/index.ts";
import { plainInput, type StandardOptions, standard } from "./standard.ts";

export { type AnchoredOptions, anchored, predictUnderReferences, type TupleOptions, tuple } from "./anchored.ts";
export { innerProducts, nearestCandidates, type Transduction, transduction } from "./bilinear-transduction.ts";
export { calibrateBySpread, combineReferences } from "./combine.ts";
export { softmaxCrossEntropy } from "./cross-entropy.ts";
export {
  type MaskingOptions,
  type MaskStatistics,
  maskProbabilityAt,
  maskStatistics,
  maskStatisticsOf,
} from "./masking.ts";
export type { BatchShape, DrawnReferences, DrawReferences, Method } from "./method.ts";
export {
  type AnchorSource,
  createOutput,
  logScores,
  type OatOptions,
  type Output,
  type OutputName,
  type OutputOptions,
  outputNames,
  type PredictionBatchPoint,
  predictionBatchPoints,
  readOutputs,
} from "./outputs/index.ts";
export {
  growthOrder,
  keptReferenceRows,
  parseReferencePolicy,
  type ReferenceOptions,
  type ReferencePolicy,
  referenceRows,
  referencesInUse,
} from "./references.ts";
export { referenceCounts, referenceSensitivity, type SensitivityPoint } from "./sensitivity.ts";
export { type StandardOptions, standard } from "./standard.ts";
export { tiedStart } from "./tied-start.ts";

/** What to do at the far end other than cross-entropy: with the image itself as the input a method of its own. */
type PlainOptions = Exclude<OutputOptions, CrossEntropyOptions>;
export type MethodOptions = StandardOptions | AnchoredOptions | PlainOptions;

const plain = (options: PlainOptions) => plainInput(options.name, options);

/** Every method by the name that `--method` takes. */
export const methods: { [O in MethodOptions as O["name"]]: (options: O) => Method } = {
  standard,
  anchored,
  oat: plain,
  "mse-onehot": plain,
  "mse-scaled": plain,
};

export type MethodName = keyof typeof methods;
export const methodNames = Object.keys(methods) as MethodName[];

/** @throws UserError for options out of range. */
export const createMethod = (options: MethodOptions): Method =>
  (methods[options.name] as (options: MethodOptions) => Method)(options);
