export {
  describeEncoding,
  fourierDirections,
  type RegressionEncoder,
  type RegressionEncoding,
  regressionEncoder,
} from "./encoding.ts";
export {
  type LoadedRegression,
  loadRegression,
  loadRegressionPredictor,
  type RegressionPredictorOptions,
  regressionPredictor,
} from "./predictor.ts";
export { buildRegression, type RegressionRecord, readRegressionRun } from "./record.ts";
export { loadMovedRegressionData, movedRegressionData, type RegressionPlaces } from "./run-data.ts";
export { trainRegression } from "./train.ts";
