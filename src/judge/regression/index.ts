export { type EnsembleOptions, judgeEnsemble, openedEnsemble } from "./ensemble.ts";
export {
  type JudgeRegressionOptions,
  judgeInto,
  judgeRegressionRuns,
  type OpenedRegression,
} from "./judge-regression.ts";
export { type OpenRegressionOptions, openRegressionRun } from "./open-run.ts";
