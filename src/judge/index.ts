export { conformalOptions } from "./conformal-options.ts";
export { type JudgeDetectionRunsOptions, judgeDetectionRuns } from "./detection/judge-detection-runs.ts";
export { type JudgeDetectionsOptions, judgeDetections } from "./detection/judge-files.ts";
export { type JudgeEnsembleOptions, judgeRunsAsOne } from "./ensemble.ts";
export type { EnsembleOptions } from "./ensemble-facts.ts";
export { type EvaluateOptions, evaluateExternal, evaluateStored } from "./evaluate-stored.ts";
export { type ExternalJudged, type ExternalOptions, judgeExternal } from "./external.ts";
export { foreignNames, foreignSource } from "./foreign-sets.ts";
export { dataSetLoader } from "./image-sets.ts";
export { judgeRuns } from "./judge-runs.ts";
export {
  type JudgeLaplaceOptions,
  judgeRunsByLaplace,
  type LaplaceJudged,
  laplaceFolders,
} from "./laplace/judge-laplace.ts";
export { type LaplaceJudgeOptions, laplaceOptions } from "./laplace/options.ts";
export type { FeatureFiles } from "./ood-scores/feature-files.ts";
export { featureFileOptions, type OodScoreOptions, oodScoreOptions } from "./ood-scores/options.ts";
export { type CorruptionOptions, type JudgeOptions, type Protocol, protocols, type Suite, suites } from "./options.ts";
export { type ProbeOptions, type ProbeSummary, probeRun } from "./probe-run.ts";
export type { ExternalFiles } from "./read-external.ts";
export {
  type EvaluateRegressionOptions,
  evaluateRegression,
  type JudgeRegressionOptions,
  judgeEnsemble,
  judgeRegressionRuns,
  type OpenedRegression,
  type OpenRegressionOptions,
  openRegressionRun,
  type RegressionFacts,
} from "./regression/index.ts";
export { resultFolders } from "./result-folders.ts";
export {
  type JudgedRetrieval,
  type JudgedWay,
  type JudgeRetrievalOfOptions,
  type JudgeRetrievalOptions,
  judgeRetrieval,
  judgeRetrievalOf,
} from "./retrieval.ts";
export { type CommonJudgeOptions, judgeByTask } from "./tasks.ts";
export { type Variant, variantOf } from "./variant.ts";
export { variantOptions } from "./variant-options.ts";
