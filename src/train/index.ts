export { madeAhead } from "./ahead.ts";
export { type Checkpoint, chooseWeights, loadCheckpoint, type Progress, saveCheckpoint } from "./checkpoint.ts";
export { train } from "./classification.ts";
export { firstDifference, type RunConfig, type RunConfigInput, resolveConfig, runConfigSchema } from "./config.ts";
export { dataOptions } from "./data-options.ts";
export { type FeatureExtractor, type FeatureOptions, loadFeatures } from "./features.ts";
export { type MetricsLine, readMetrics } from "./metrics-log.ts";
export {
  buildNetwork,
  createPredictor,
  keptReferences,
  type LoadedRun,
  loadPredictor,
  loadRun,
  type PredictOptions,
  type Predictor,
  type PredictorOptions,
  protocols,
} from "./predict.ts";
export { findPretraining, isRunFolder, type Pretraining, readInitRun, wantsPretrainingImages } from "./pretraining.ts";
export { type Recalibrated, type RecalibrateOptions, recalibrate } from "./recalibrate.ts";
export * from "./regression/index.ts";
export { checkTrainingData, loadRunData, movedData, type RunData, type RunDataOptions } from "./run-data.ts";
export { holdsRun, type RunRecord, readRun, withFormerDefaults } from "./run-record.ts";
export { Diverged } from "./scores.ts";
export { type Drift, statisticsDrift } from "./statistics-drift.ts";
export { movingParameters, type StepResult, type TrainState, trainStep } from "./step.ts";
export { type TakenOver, takenOver } from "./take-over.ts";
export { regressionDefaults } from "./task-config.ts";
export { loadPretrainingImages, type TrainRunOptions, trainRun } from "./train-run.ts";
export type { TrainOptions, TrainProgress, TrainSummary, Validation } from "./training.ts";
export { type ResidualPoolOptions, residualPool } from "./transductor.ts";
