export { type BoxGallery, type GalleryBox, readBoxGallery } from "./box-gallery.ts";
export { type Checkpoint, loadCheckpoint, type Progress, type SwagMoments, type TrainState } from "./checkpoint.ts";
export { type RunConfig, type RunConfigInput, resolveConfig, runConfigSchema } from "./config.ts";
export { readConfigFile } from "./config-file.ts";
export { configJsonSchema } from "./config-json-schema.ts";
export type { CorruptionStrips, StripImages } from "./corruption-strips.ts";
export { loadDetections } from "./detection-predictions.ts";
export { distinctNames } from "./distinct-names.ts";
export { type Gallery, type GalleryImages, readGallery, saveGallery } from "./gallery.ts";
export { type MetricsLine, readMetrics, type Validation } from "./metrics-log.ts";
export { configFromOptions } from "./options/config-from-options.ts";
export type { ConfigOption, NumberRange, OptionValue } from "./options/config-option.ts";
export { configOptions } from "./options/config-options.ts";
export { optionWords } from "./options/option-words.ts";
export { loadPredictions, savePredictions, storedSets } from "./predictions.ts";
export { loadRegressionAnswers } from "./regression-predictions.ts";
export {
  type JudgedTask,
  readDetectionResults,
  readRegressionResults,
  readResults,
  type TaskResults,
} from "./results.ts";
export type { RunFacts } from "./run-facts.ts";
export type { LogLine } from "./run-log.ts";
export { holdsRun, type Pretraining, type RunRecord, readRun } from "./run-record.ts";
export type { RunSettings, Setting } from "./run-settings.ts";
export { commonTask, runTask } from "./run-task.ts";
export { detectionDefaults } from "./tasks/detection.ts";
export { taskOfData } from "./tasks/index.ts";
export { regressionDefaults } from "./tasks/regression.ts";
