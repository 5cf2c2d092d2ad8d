export {
  type BoxCalibration,
  type BoxCalibrationOptions,
  detectionEce,
  localisationAwareEce,
} from "./box-calibration.ts";
export { type BoxConfusion, type BoxConfusionOptions, boxConfusion } from "./box-confusion.ts";
export { type BoxDoubt, boxDoubt } from "./box-doubt.ts";
export {
  type CocoMatches,
  cocoFigures,
  cocoFiguresByClass,
  cocoIntervals,
  cocoMatches,
  cocoPrecision,
  type PrecisionCurves,
} from "./coco-ap.ts";
export {
  type CocoFigureName,
  type CocoFigures,
  cocoFigureNames,
  cocoFigureTitles,
  cocoRecalls,
  cocoThresholds,
} from "./coco-figures.ts";
export {
  type BoxCorruptionCell,
  type BoxCorruptionResults,
  meanBoxPerformance,
  orderedBoxCells,
} from "./corruptions.ts";
export { type BoxExample, type BoxExamplesOptions, type BoxStrip, boxExamples, boxStrips } from "./examples.ts";
export { type JudgeBoxesOptions, type JudgedBoxes, judgeBoxes } from "./judge-boxes.ts";
export { type ClassLrp, type OptimalLrp, optimalLrp } from "./lrp.ts";
export { type BoxOutcomes, boxOutcomes, type OutcomeOptions } from "./outcomes.ts";
export {
  type BoxDoubtResults,
  type ClassDetectionResults,
  type DetectionResults,
  detectionResultsSchema,
  type StoredDetectionSet,
  storedDetectionSet,
} from "./results.ts";
export { type ClassVocAp, type VocAp, type VocApOptions, vocAp } from "./voc-ap.ts";
