export {
  fitLaplace,
  type LaplaceKind,
  type LaplaceOptions,
  type LaplaceTraining,
  type LastLayerLaplace,
  laplaceKinds,
  requireLaplaceSize,
} from "./fit.ts";
export {
  type LaplacePrediction,
  type LaplacePredictive,
  type LaplacePredictOptions,
  laplacePredictives,
  predictLaplace,
} from "./predictive.ts";
export type { LaplaceResults } from "./results.ts";
