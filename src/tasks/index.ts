import { classification } from "./classification/classification.ts";
import { contrastive } from "./contrastive/contrastive.ts";
import { detection } from "./detection/detection.ts";
import { regression } from "./regression/regression.ts";

export { type Classification, classification } from "./classification/classification.ts";
export { contrastive } from "./contrastive/contrastive.ts";
export {
  type ContrastedPairs,
  contrastiveLoss,
  type SameClass,
  sameClassRules,
} from "./contrastive/contrastive-loss.ts";
export { type ContrastiveOptions, contrastiveSchema } from "./contrastive/options.ts";
export { type CellBox, centerTargetSize, drawCenterTargets, type MapShape } from "./detection/center-targets.ts";
export { type DecodeOptions, decodeCenters, type FoundBox } from "./detection/decode-centers.ts";
export { detection, type ValidatedDetection } from "./detection/detection.ts";
export { gaussianRadius } from "./detection/gaussian-radius.ts";
export { type DetectionOptions, detectionSchema, type RadiusKind } from "./detection/options.ts";
export type { TrainingMeans } from "./measures.ts";
export { ensemblePredictor } from "./regression/ensemble.ts";
export { type RegressionOptions, regressionSchema } from "./regression/options.ts";
export type { RegressionAnswers, RegressionPredictor } from "./regression/predictor.ts";
export type { ReadOutputs, TargetScale } from "./regression/read-outputs.ts";
export { regression, type ValidatedRegression } from "./regression/regression.ts";
export type { Learnt, Scores, Sums, Task } from "./task.ts";

/**
 * Every task by the name that `--task` takes; what has no task in its config is a classification.
 * @example
 * console.log(Object.keys(tasks)); // what a network can be trained for
 */
export const tasks = { classification, regression, contrastive, detection };

export type TaskName = keyof typeof tasks;
/**
 * The names of all tasks.
 * @example
 * console.log(taskNames.join(", "));
 */
export const taskNames = Object.keys(tasks) as [TaskName, ...TaskName[]];
