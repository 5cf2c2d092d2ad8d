export { madeAhead } from "./ahead.ts";
export { type Checkpoint, loadCheckpoint, type Progress, saveCheckpoint } from "./checkpoint.ts";
export { type RunConfig, type RunConfigInput, resolveConfig } from "./config.ts";
export { type TrainOptions, type TrainProgress, type TrainSummary, train } from "./loop.ts";
export { type MetricsLine, readMetrics } from "./metrics-log.ts";
export {
  buildNetwork,
  createPredictor,
  loadPredictor,
  type PredictOptions,
  type Predictor,
  type PredictorOptions,
} from "./predict.ts";
export { type RunRecord, readRun } from "./run-record.ts";
export { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
export { type StepResult, type TrainState, trainStep } from "./step.ts";
export { type ResidualPoolOptions, residualPool } from "./transductor.ts";
