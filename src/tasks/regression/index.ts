export { ensemblePredictor } from "./ensemble.ts";
export type { RegressionAnswers, RegressionPredictor } from "./predictor.ts";
