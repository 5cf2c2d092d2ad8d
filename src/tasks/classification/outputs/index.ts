import { type CrossEntropyOptions, crossEntropy } from "./cross-entropy.ts";
import { type MseOneHotOptions, type MseScaledOptions, mseOneHot, mseScaled } from "./mean-squared.ts";
import { type OatOptions, oat } from "./oat.ts";
import type { Output } from "./output.ts";

export type { CrossEntropyOptions } from "./cross-entropy.ts";
export { logScore, logScores } from "./log-scores.ts";
export { minimised } from "./minimised.ts";
export type { OatOptions } from "./oat.ts";
export type { Output, Reading } from "./output.ts";
export { type PredictionBatchPoint, predictionBatchPoints } from "./prediction-batches.ts";
export { type AnchorSource, readOutputs } from "./read-outputs.ts";

export type OutputOptions = CrossEntropyOptions | OatOptions | MseOneHotOptions | MseScaledOptions;

/** Every far end of a method by its name. */
export const outputs: { [O in OutputOptions as O["name"]]: (options: O) => Output } = {
  "cross-entropy": crossEntropy,
  oat,
  "mse-onehot": mseOneHot,
  "mse-scaled": mseScaled,
};

export type OutputName = keyof typeof outputs;
/**
 * The names of what can be minimised.
 * @example
 * console.log(outputNames);
 */
export const outputNames = Object.keys(outputs) as OutputName[];

/**
 * What is minimised, and how outputs become predictions, by its options: cross-entropy where there are none.
 * @example
 * const output = createOutput();
 */
export const createOutput = (options: OutputOptions = { name: "cross-entropy" }): Output =>
  (outputs[options.name] as (options: OutputOptions) => Output)(options);
