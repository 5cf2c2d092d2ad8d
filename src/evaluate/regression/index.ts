export {
  type BootstrappedRegressionMetric,
  bootstrappedRegressionMetrics,
  type IntervalPerTarget,
  regressionIntervals,
} from "./bootstrap.ts";
export {
  absoluteBand,
  type Band,
  type Calibration,
  calibrateIntervals,
  normalisedBand,
  widenedBand,
} from "./conformal-intervals.ts";
export { type QuantilePair, quantilePairs } from "./curves.ts";
export { mae, type R2, r2, rmse } from "./errors.ts";
export { gaussianNll } from "./gaussian-nll.ts";
export { gaussianIntervals, type IntervalQuality, type Intervals, intervalQuality } from "./intervals.ts";
export {
  type JudgedRegression,
  judgeRegression,
  type RegressionPredictions,
  type RegressionTargets,
} from "./judged.ts";
export {
  INTERVAL_LEVEL,
  measureRegression,
  type RegressionMetric,
  type RegressionMetricName,
  regressionMetricNames,
  regressionMetrics,
} from "./metrics.ts";
export { normalQuantile } from "./normal-quantile.ts";
export { type RegimeMetrics, regimeMetrics } from "./pager-metrics.ts";
export { type Cuts, cutsOf, type RiskRegime, riskRegimes, riskRegimesOf } from "./pager-regimes.ts";
export { reverseScore } from "./pager-score.ts";
export { pairedRegressionDifference } from "./paired.ts";
export type { PerTarget } from "./per-target.ts";
export { errorUncertaintyCorrelation, spearman } from "./rank-correlation.ts";
export {
  type ConformalRegression,
  intervalMethods,
  type RegimeResults,
  type RegressionResults,
  type RegressionSetResults,
  regressionResultsSchema,
  type StoredPerTarget,
} from "./results.ts";
export {
  type Sparsification,
  type SparsificationError,
  sparsification,
  sparsificationByTarget,
  sparsificationErrors,
} from "./sparsification.ts";
export {
  type RegressionContext,
  type RegressionSetRole,
  regressionSetRoles,
  type StoredRegression,
  type StoredRegressionSet,
  storedRegressionSet,
} from "./stored-set.ts";
