export {
  type Checkpoint,
  checkVariables,
  chooseWeights,
  loadCheckpoint,
  type Progress,
  saveCheckpoint,
  type TrainState,
} from "./checkpoint.ts";
export { readClassNames } from "./class-names.ts";
export { firstDifference, type RunConfig, type RunConfigInput, resolveConfig, runConfigSchema } from "./config.ts";
export { readConfigFile } from "./config-file.ts";
export { configJsonSchema } from "./config-json-schema.ts";
export {
  type CorruptionStrips,
  readCorruptionStrips,
  type StripImages,
  saveCorruptionStrips,
} from "./corruption-strips.ts";
export { distinctNames } from "./distinct-names.ts";
export { type Gallery, type GalleryImages, readGallery, saveGallery } from "./gallery.ts";
export {
  appendMetrics,
  type MetricsLine,
  readMetrics,
  type Scores,
  truncateMetrics,
  type Validation,
  validationOf,
} from "./metrics-log.ts";
export { readPredictionBatch, savePredictionBatch } from "./prediction-batch.ts";
export { dropStored, featuresFile, loadPredictions, savePredictions, storedSets } from "./predictions.ts";
export { modulesFor, requireRegistered, requireRegisteredData } from "./registered.ts";
export {
  dropRegressionAnswers,
  loadRegressionAnswers,
  saveRegressionAnswers,
  storedRegressionSets,
} from "./regression-predictions.ts";
export { readRegressionResults, readResults, resultsHeading, writeResults } from "./results.ts";
export { type ResultsTask, resultsTask } from "./results-task.ts";
export { type RunFacts, runFacts } from "./run-facts.ts";
export { type LogLine, readRunLog } from "./run-log.ts";
export { describeRun, holdsRun, type Pretraining, type RunRecord, readRun, withFormerDefaults } from "./run-record.ts";
export { type RunSettings, readRunSettings, type Setting } from "./run-settings.ts";
export { readSensitivity, saveSensitivity } from "./sensitivity.ts";
export { regressionDefaults } from "./task-config.ts";
