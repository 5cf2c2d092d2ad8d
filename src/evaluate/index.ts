export type { Predictions, StoredPredictions } from "../core/index.ts";
export { type Arm, type ArmFacts, groupIntoArms, type MeanSd, meanSd } from "./aggregate.ts";
export {
  type BootstrapOptions,
  bootstrapIntervals,
  type Interval,
  type PairedDifference,
  pairedDifference,
} from "./bootstrap.ts";
export {
  accuracy,
  brier,
  expectedCalibrationError,
  meanNll,
  type ReliabilityBin,
  reliabilityBins,
} from "./calibration.ts";
export { type Comparison, comparePaired, compareSeeds } from "./compare.ts";
export {
  type ConformalMethod,
  type ConformalOptions,
  type ConformalResult,
  conformal,
  conformalMethods,
  conformalThreshold,
  predictionSets,
} from "./conformal.ts";
export { type Correct, correctBySet } from "./correct.ts";
export {
  alexNetErrors,
  corruptionSets,
  meanCorruptionError,
  meanCorruptionErrors,
  relativeCorruptionError,
} from "./corruption-error.ts";
export type { CorruptionCell, CorruptionResults } from "./corruption-results.ts";
export {
  auroc,
  averagePrecision,
  type Detection,
  detection,
  falsePositiveRateAt,
  histogram,
  rocCurve,
} from "./detection.ts";
export * from "./feature-scores/index.ts";
export { checkPredictions, type Judged, judge } from "./judged.ts";
export {
  fitLinearProbe,
  type LabelledFeatures,
  type LinearProbe,
  type LinearProbeOptions,
  probeLogits,
} from "./linear-probe.ts";
export { type Metric, type MetricName, measure, metricNames, metrics } from "./metrics.ts";
export {
  type OodScore,
  type OodScoreName,
  oodScoreNames,
  oodScores,
  rowMeans,
  type ScoreContext,
  strangeness,
} from "./ood-scores.ts";
export {
  type PredictionBatchResults,
  predictionBatchResults,
} from "./prediction-batch-results.ts";
export { areProbabilities } from "./probabilities.ts";
export { type ChosenProbe, chooseProbe, probeStrengths, type TriedStrength } from "./probe-strength.ts";
export * from "./regression/index.ts";
export { type LabelledSetResults, type OodResults, type Results, resultsSchema } from "./results.ts";
export { headingFields } from "./results-heading.ts";
export { aurc, type RiskCoverage, riskCoverage } from "./risk-coverage.ts";
export { applyScaling, fitScaling, type Scaling, type ScalingKind, scalingKinds } from "./scaling.ts";
export { type SensitivityResults, sensitivityResults } from "./sensitivity-results.ts";
export {
  type SmoothReliability,
  selfConsistentWidth,
  smoothEce,
  smoothEceAt,
  smoothReliability,
} from "./smooth-ece.ts";
export { softmax } from "./softmax.ts";
export {
  type PredictionContext,
  type SetRole,
  type StoredSet,
  storedSet,
  type Weights,
  weightKinds,
} from "./stored-set.ts";
