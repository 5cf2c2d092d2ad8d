export type { Pretraining, TrainState, Validation } from "../run/index.ts";
export { madeAhead } from "./ahead.ts";
export { train } from "./classification.ts";
export { dataOptions } from "./data-options.ts";
export { type FeatureExtractor, type FeatureOptions, loadFeatures } from "./features.ts";
export { buildNetwork } from "./network.ts";
export {
  createPredictor,
  type LoadedRun,
  loadPredictor,
  loadRun,
  type Predictor,
  type PredictorOptions,
} from "./predict.ts";
export { keptReferences, type PredictOptions, protocols } from "./predict-set.ts";
export { findPretraining, isRunFolder, readInitRun, wantsPretrainingImages } from "./pretraining.ts";
export { type Recalibrated, type RecalibrateOptions, recalibrate } from "./recalibrate.ts";
export * from "./regression/index.ts";
export {
  checkTrainingData,
  insistOnData,
  loadRunData,
  movedData,
  type RunData,
  type RunDataOptions,
} from "./run-data.ts";
export { Diverged } from "./scores.ts";
export { type Drift, statisticsDrift } from "./statistics-drift.ts";
export { movingParameters, type StepResult, trainStep } from "./step.ts";
export { type TakenOver, takenOver } from "./take-over.ts";
export { loadPretrainingImages, type TrainRunOptions, trainRun } from "./train-run.ts";
export type { TrainOptions, TrainProgress, TrainSummary } from "./training.ts";
export { type ResidualPoolOptions, residualPool } from "./transductor.ts";
