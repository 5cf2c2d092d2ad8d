import { type AnchoredOptions, anchored } from "./anchored.ts";
import type { Method } from "./method.ts";
import { type StandardOptions, standard } from "./standard.ts";

export { type AnchoredOptions, anchored, predictUnderReferences, tuple } from "./anchored.ts";
export { innerProducts, nearestCandidates, type Transduction, transduction } from "./bilinear-transduction.ts";
export { calibrateBySpread, combineReferences } from "./combine.ts";
export { softmaxCrossEntropy } from "./cross-entropy.ts";
export { type MaskingOptions, maskProbabilityAt } from "./masking.ts";
export type { BatchShape, DrawReferences, Method } from "./method.ts";
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

export type MethodOptions = StandardOptions | AnchoredOptions;

/** Every method by the name that `--method` takes. */
export const methods: { [O in MethodOptions as O["name"]]: (options: O) => Method } = { standard, anchored };

export type MethodName = keyof typeof methods;
export const methodNames = Object.keys(methods) as MethodName[];

/** @throws UserError for options out of range. */
export const createMethod = (options: MethodOptions): Method =>
  (methods[options.name] as (options: MethodOptions) => Method)(options);
