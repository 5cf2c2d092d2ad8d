export { judgeEnsemble, openedEnsemble } from "./ensemble.ts";
export { type EvaluateRegressionOptions, evaluateRegression, type RegressionFacts } from "./evaluate-regression.ts";
export {
  type JudgeRegressionOptions,
  judgeInto,
  judgeRegressionRuns,
  type OpenedRegression,
} from "./judge-regression.ts";
export {
  loadRegressionRunData,
  type OpenRegressionOptions,
  openRegressionRun,
} from "./open-run.ts";
