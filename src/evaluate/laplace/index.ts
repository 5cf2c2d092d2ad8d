export {
  fitLaplace,
  type LaplaceKind,
  type LaplaceOptions,
  type LaplaceTraining,
  type LastLayerLaplace,
  laplaceKinds,
} from "./fit.ts";
export {
  type LaplacePrediction,
  type LaplacePredictive,
  type LaplacePredictOptions,
  laplacePredictives,
  predictLaplace,
} from "./predictive.ts";
