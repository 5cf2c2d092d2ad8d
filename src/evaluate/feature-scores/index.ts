export {
  type AbsentScore,
  type FitOptions,
  type FittedScores,
  fitFeatureScores,
  type RowScores,
  type ScoreChoice,
  type ScoredRows,
} from "./fit.ts";
export { type InnerProducts, innerProducts } from "./inner-products.ts";
export { type NumberRows, type Rows, rowsOf } from "./rows.ts";
export { type FeatureScoreName, featureScoreNames, featureScores } from "./table.ts";
export {
  type FeatureData,
  type FeatureScore,
  type FittedSet,
  type LastLayer,
  type Need,
  needs,
  type Parameter,
  type ScoreKind,
} from "./types.ts";
