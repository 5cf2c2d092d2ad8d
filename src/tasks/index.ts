export { ensemblePredictor } from "./regression/ensemble.ts";
export type { RegressionAnswers, RegressionPredictor } from "./regression/predictor.ts";
export {
  type ReadOutputs,
  type RegressionOptions,
  regressionSchema,
  type TargetScale,
} from "./regression/regression.ts";
