export { type VerdictScoreName, verdictScoreNames } from "../evaluate/internal.ts";
export type { ModelCard } from "./card.ts";
export type { ClassifierInputs, ClassifierOptions } from "./classifier.ts";
export { writeDrawing } from "./detector/draw-objects.ts";
export {
  type FoundObject,
  type OpenDetectorOptions,
  type OpenedDetector,
  openDetector,
} from "./detector/open-detector.ts";
export { type ExportedDetector, type WriteDetectorOptions, writeDetector } from "./detector/write-detector.ts";
export {
  type DualEncoderCard,
  type Embeddings,
  type ExportedTowers,
  type OpenedTowers,
  type OpenTowersOptions,
  openTowers,
  type WriteTowersOptions,
  writeTowers,
} from "./dual-encoder/index.ts";
export type { ExportOptions } from "./export-classifier.ts";
export { exportRun } from "./export-run.ts";
export { decodeAll, type Source, sourcesOf } from "./image-sources.ts";
export { modelTask } from "./model-task.ts";
export { type Answers, type Classifier, type OpenOptions, openBytes } from "./open-bytes.ts";
export { openModel } from "./open-model.ts";
export {
  type ExportedRegression,
  exportRegression,
  type IntervalCard,
  type IntervalMethod,
  type IntervalOptions,
  openRegression,
  type RegressionCard,
  type RegressionExportOptions,
  type Regressor,
  type RegressorAnswers,
  type TargetAnswer,
  targetAnswersAt,
  type WriteRegressionOptions,
  writeRegression,
} from "./regression/index.ts";
export type { RunExportOptions } from "./settle-export.ts";
export type { VerdictOptions } from "./settled-verdict.ts";
export { writeTokenDrawing } from "./tokens/draw-tokens.ts";
export { type ChosenTokens, openTokens, type TokenLook, type TokenLookOptions } from "./tokens/look-at-tokens.ts";
export { type VerdictAnswer, verdictAt } from "./verdict-at.ts";
export { verdictInWords } from "./verdict-in-words.ts";
export { type Exported, type WriteOptions, writeModel } from "./write-model.ts";
