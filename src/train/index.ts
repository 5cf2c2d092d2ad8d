export type { Pretraining, TrainState, Validation } from "../run/index.ts";
export type { Adaptation, BatchNormAdaptation, Tent } from "./adaptation/options.ts";
export { train } from "./classification.ts";
export { loadPretrainingImages } from "./classification-run.ts";
export {
  type ContrastiveRecord,
  isDualEncoderRun,
  readContrastiveRun,
  trainContrastive,
} from "./contrastive/index.ts";
export { dataOptions } from "./data-options.ts";
export {
  type DetectionRecord,
  type DetectOptions,
  type Detector,
  type DetectorOptions,
  loadDetector,
  readDetectionRun,
  trainDetection,
} from "./detection/index.ts";
export { Diverged } from "./diverged.ts";
export {
  classesAlike,
  createEmbedder,
  type Embedder,
  type EmbedderOptions,
  type ImageFileSource,
  isDualEncoderFolder,
  type LoadDualEncoderOptions,
  type LoadedDualEncoder,
  loadDualEncoder,
  readForDualEncoder,
  type ZeroShotClassifier,
  type ZeroShotOptions,
  zeroShot,
} from "./dual-encoder/index.ts";
export { type FeatureExtractor, type FeatureOptions, loadFeatures } from "./features.ts";
export { ofFirst } from "./group/at-length.ts";
export { alone, type Group } from "./group/group.ts";
export { type Launcher, launcherOf, type MpiFamily, startedInWords } from "./group/launcher.ts";
export { type GroupOptions, openGroup } from "./group/open.ts";
export { type Threads, threadsOf } from "./group/threads.ts";
export { GroupError } from "./group/together.ts";
export { meansInWords, validationInWords } from "./in-words.ts";
export {
  type Interpolated,
  type InterpolatedRuns,
  type InterpolateOptions,
  type InterpolateRunOptions,
  interpolateRuns,
  interpolateRunsOf,
} from "./interpolate.ts";
export {
  createPredictor,
  type LoadedRun,
  loadPredictor,
  loadRun,
  type Predictor,
  type PredictorOptions,
} from "./predict.ts";
export { type PredictOptions, protocols } from "./predict-set.ts";
export { wantsPretrainingImages } from "./pretraining.ts";
export { type Recalibrated, type RecalibrateOptions, recalibrate } from "./recalibrate.ts";
export {
  type LoadedRegression,
  loadRegressionPredictor,
  type RegressionEncoder,
  type RegressionEncoding,
  type RegressionPlaces,
  type RegressionPredictorOptions,
  type RegressionRecord,
  readRegressionRun,
  trainRegression,
} from "./regression/index.ts";
export { loadRunData, type RunData, type RunDataOptions } from "./run-data.ts";
export { type StartingConfig, withStartingRun } from "./starting-config.ts";
export type { Drift } from "./statistics-drift.ts";
export type { StepTold } from "./step.ts";
export { type SwagRunOptions, type SwagSampleOptions, swagSamples, swagSamplesOf } from "./swag-samples.ts";
export {
  type CaptionedFolder,
  type CaptionFolderOptions,
  captionFolder,
  type SaidOfImage,
  type Tagger,
  type TaggerFigures,
  type TaggerOptions,
  trainTagger,
  type VocabularyOptions,
} from "./tagger/index.ts";
export { ranksOfRun, readRunConfig } from "./tasks.ts";
export { type TrainRunOptions, trainRun } from "./train-run.ts";
export type { TrainOptions, TrainProgress, TrainSummary } from "./training.ts";
export type { ResidualPoolOptions } from "./transductor.ts";
export {
  type ZeroShotRunOfOptions,
  type ZeroShotRunOptions,
  type ZeroShotSummary,
  zeroShotRunOf,
} from "./zero-shot-run/zero-shot-run.ts";
