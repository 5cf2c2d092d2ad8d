export type { Predictions } from "../core/index.ts";
export { type NpyArray, readNpy, writeNpy } from "../core/index.ts";
export { type Arm, groupIntoArms, type MeanSd, meanSd } from "./aggregate.ts";
export {
  accuracy,
  brier,
  expectedCalibrationError,
  meanNll,
  type ReliabilityBin,
  reliabilityBins,
} from "./calibration.ts";
export { type Comparison, compareSeeds } from "./compare.ts";
export { type EvaluateOptions, evaluateStored } from "./evaluate-run.ts";
export { parseJson, readText } from "./json-file.ts";
export { checkPredictions, type Judged, judge, softmax } from "./judged.ts";
export { thisMachine, versions } from "./machine.ts";
export { type Metric, type MetricName, measure, metricNames, metrics } from "./metrics.ts";
export { auroc, histogram, type OodScore, type OodScoreName, oodScoreNames, oodScores, rowMeans } from "./ood.ts";
export { type LabelledSetResults, type OodResults, type Results, readResults, resultsSchema } from "./results.ts";
export { type RunConfig, readRunConfig, type Setting } from "./run-config.ts";
export { type LogLine, readRunLog } from "./run-log.ts";
export { selfConsistentWidth, smoothEce, smoothEceAt } from "./smooth-ece.ts";
export {
  dropStored,
  loadPredictions,
  type PredictionContext,
  type SetRole,
  type StoredSet,
  savePredictions,
  storedSets,
} from "./stored.ts";
