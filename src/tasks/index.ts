export { ensemblePredictor } from "./regression/ensemble.ts";
export { logVariance } from "./regression/losses.ts";
export type { RegressionAnswers, RegressionPredictor } from "./regression/predictor.ts";
export {
  combineRegression,
  fourierSchema,
  middleLevel,
  type ReadOutputs,
  type RegressionOptions,
  readRegressionOutputs,
  regressionLosses,
  regressionOutput,
  regressionOutputCount,
  regressionSchema,
  type TargetScale,
} from "./regression/regression.ts";
