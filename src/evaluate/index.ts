export type { Predictions, StoredPredictions } from "../core/index.ts";
export { type Arm, type ArmFacts, groupIntoArms, type MeanSd, meanSd } from "./aggregate.ts";
export { augrc } from "./augrc.ts";
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
  type ConformalChoice,
  type ConformalMethod,
  type ConformalMethodName,
  type ConformalOptions,
  type ConformalResult,
  type ConformalSettings,
  conformal,
  conformalMethodNames,
  conformalMethods,
  predictionSets,
  type SetRandomness,
} from "./conformal/index.ts";
export type { Correct } from "./correct.ts";
export { corruptionSets, meanCorruptionErrors, relativeCorruptionError } from "./corruption-error.ts";
export type { CorruptionCell, CorruptionResults } from "./corruption-results.ts";
export {
  type BoxCalibration,
  type BoxCalibrationOptions,
  type BoxConfusion,
  type BoxConfusionOptions,
  type BoxCorruptionCell,
  type BoxCorruptionResults,
  type BoxDoubt,
  type BoxDoubtResults,
  type BoxExample,
  type BoxExamplesOptions,
  type BoxOutcomes,
  type BoxStrip,
  boxConfusion,
  boxDoubt,
  boxExamples,
  boxOutcomes,
  type ClassDetectionResults,
  type ClassLrp,
  type ClassVocAp,
  type CocoFigureName,
  type CocoFigures,
  type CocoMatches,
  cocoFigureNames,
  cocoFigures,
  cocoFiguresByClass,
  cocoFigureTitles,
  cocoIntervals,
  cocoMatches,
  cocoPrecision,
  cocoRecalls,
  cocoThresholds,
  type DetectionResults,
  detectionEce,
  type JudgeBoxesOptions,
  type JudgedBoxes,
  judgeBoxes,
  localisationAwareEce,
  meanBoxPerformance,
  type OptimalLrp,
  type OutcomeOptions,
  optimalLrp,
  type PrecisionCurves,
  type StoredDetectionSet,
  type VocAp,
  type VocApOptions,
  vocAp,
} from "./detection/index.ts";
export {
  auroc,
  averagePrecision,
  type Detection,
  detection,
  falsePositiveRateAt,
  rocCurve,
  trapezoidPrecision,
} from "./detection.ts";
export { type Combination, combinations, combineMembers } from "./ensemble.ts";
export { excessAurc } from "./excess-aurc.ts";
export { type FailurePrediction, failurePrediction } from "./failure-prediction.ts";
export type {
  AbsentScore,
  FeatureData,
  FeatureScore,
  FeatureScoreName,
  FitOptions,
  FittedScores,
  FittedSet,
  InnerProducts,
  LastLayer,
  Need,
  NumberRows,
  Parameter,
  RowScores,
  Rows,
  ScoreChoice,
  ScoredRows,
  ScoreKind,
} from "./feature-scores/index.ts";
export { featureScoreNames, featureScores, fitFeatureScores, rowsOf } from "./feature-scores/index.ts";
export { type Judged, judge } from "./judged.ts";
export {
  fitLaplace,
  type LaplaceKind,
  type LaplaceOptions,
  type LaplacePrediction,
  type LaplacePredictive,
  type LaplacePredictOptions,
  type LaplaceResults,
  type LaplaceTraining,
  type LastLayerLaplace,
  laplaceKinds,
  laplacePredictives,
  predictLaplace,
} from "./laplace/index.ts";
export {
  fitLinearProbe,
  type LabelledFeatures,
  type LinearProbe,
  type LinearProbeOptions,
  probeLogits,
} from "./linear-probe.ts";
export {
  type MemberAnswers,
  type MemberDoubt,
  type MemberDoubtName,
  memberDoubtNames,
  memberDoubts,
} from "./member-doubts.ts";
export { type Metric, type MetricName, measure, metricNames, metrics } from "./metrics.ts";
export type { ForeignGroup, OodScoreCell, OodScoreResults, OodScoreRow } from "./ood-score-results.ts";
export { type OodScore, type OodScoreName, oodScoreNames, oodScores, type ScoreContext } from "./ood-scores.ts";
export type { PredictionBatchResults } from "./prediction-batch-results.ts";
export { type ChosenProbe, chooseProbe, type TriedStrength } from "./probe-strength.ts";
export {
  absoluteBand,
  type Band,
  type BootstrappedRegressionMetric,
  type Calibration,
  type ConformalRegression,
  type Cuts,
  calibrateIntervals,
  cutsOf,
  errorUncertaintyCorrelation,
  gaussianIntervals,
  gaussianNll,
  type IntervalPerTarget,
  type IntervalQuality,
  type Intervals,
  intervalMethods,
  intervalQuality,
  type JudgedRegression,
  judgeRegression,
  mae,
  measureRegression,
  normalisedBand,
  type PerTarget,
  pairedRegressionDifference,
  type QuantilePair,
  type R2,
  type RegimeMetrics,
  type RegimeResults,
  type RegressionContext,
  type RegressionMetric,
  type RegressionMetricName,
  type RegressionPredictions,
  type RegressionResults,
  type RegressionSetResults,
  type RegressionSetRole,
  type RegressionTargets,
  type RiskRegime,
  r2,
  regimeMetrics,
  regressionMetricNames,
  regressionMetrics,
  reverseScore,
  riskRegimesOf,
  rmse,
  type Sparsification,
  type SparsificationError,
  type StoredPerTarget,
  type StoredRegression,
  type StoredRegressionSet,
  sparsification,
  spearman,
} from "./regression/index.ts";
export type { LabelledSetResults, OodResults, Results } from "./results.ts";
export {
  type Retrieval,
  type RetrievalMetrics,
  type RetrievalPoints,
  type RetrievalRanks,
  retrieval,
  retrievalRanks,
} from "./retrieval.ts";
export { type RetrievalIntervals, retrievalIntervals } from "./retrieval-intervals.ts";
export { aurc, type RiskCoverage, riskCoverage } from "./risk-coverage.ts";
export { applyScaling, fitScaling, type Scaling, type ScalingKind } from "./scaling.ts";
export type { SensitivityResults } from "./sensitivity-results.ts";
export { type SmoothReliability, smoothEce, smoothReliability } from "./smooth-ece.ts";
export { softmax } from "./softmax.ts";
export {
  type PredictionContext,
  type SetRole,
  type StoredSet,
  type StoredVariant,
  type Weights,
  weightKinds,
} from "./stored-set.ts";
export {
  type ChosenTagHead,
  chooseTagHead,
  type TaggedFeatures,
  type TagHead,
  type TagHeadOptions,
  tagProbabilities,
} from "./tag-head.ts";
export {
  applyVennAbers,
  type BinaryVennAbers,
  fitVennAbers,
  type VennAbers,
  type VennAbersProbabilities,
} from "./venn-abers/index.ts";
