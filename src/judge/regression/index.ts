export { type EnsembleOptions, openedEnsemble } from "./ensemble.ts";
export { type JudgeRegressionOptions, judgeRegressionRuns, type OpenedRegression } from "./judge-regression.ts";
