/** What the judge puts together `results.json` from; a user has no need of it. */

export { correctBySet } from "./correct.ts";
export { judgeCorruptions } from "./corruption-results.ts";
export { boxStrips, detectionResultsSchema, orderedBoxCells, storedDetectionSet } from "./detection/index.ts";
export { failureResults } from "./failure-results.ts";
export { innerProducts } from "./feature-scores/index.ts";
export { UndefinedScore } from "./feature-scores/types.ts";
export { checkPredictions } from "./judged.ts";
export { requireLaplaceSize } from "./laplace/index.ts";
export { energyNotices, haveNoEnergy, oodResults, scoredSet } from "./ood-results.ts";
export { type CalledForeign, foreignGroups, oodScoreResults, type VerdictResults } from "./ood-score-results.ts";
export { rowMeans, strangeness } from "./ood-scores.ts";
export { aurocInterval, placements, varianceOfMean } from "./placements.ts";
export { conformalJudge, fitIntervals, fitScalings, scalingNotices, scalingResults } from "./posthoc-results.ts";
export { predictionBatchResults } from "./prediction-batch-results.ts";
export { areProbabilities, logitsOfProbabilities } from "./probabilities.ts";
export { quantile } from "./quantile.ts";
export { conformalRegression, storedPerTarget } from "./regression/conformal-results.ts";
export { calibrationCurves, shownPoints, sparsificationCurves } from "./regression/curves.ts";
export {
  bootstrappedRegressionMetrics,
  quantilePairs,
  regressionIntervals,
  regressionResultsSchema,
  riskRegimes,
  storedRegressionSet,
} from "./regression/index.ts";
export { regimeResults } from "./regression/regime-results.ts";
export { resultsSchema } from "./results.ts";
export { rounded } from "./rounded.ts";
export { sensitivityResults } from "./sensitivity-results.ts";
export { shareInterval } from "./share-interval.ts";
export { storedSet } from "./stored-set.ts";
export {
  type FittedVerdict,
  fitVerdict,
  knownScores,
  leastUsual,
  mostSimilar,
  smallestOf,
  standardised,
  standardsOf,
  thresholdKeeping,
  type VerdictPart,
  type VerdictScoreName,
  verdictScoreNames,
  verdictScores,
} from "./verdict/index.ts";
