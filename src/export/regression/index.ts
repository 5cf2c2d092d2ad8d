export { type IntervalCard, type RegressionCard, regressionCard } from "./card.ts";
export type { IntervalMethod, IntervalOptions } from "./conformal.ts";
export { openRegression } from "./open-regression.ts";
export { openRegressor, type Regressor, type RegressorAnswers } from "./open-regressor.ts";
export { exportRegression, type RegressionExportOptions } from "./prepare.ts";
export { type TargetAnswer, targetAnswer, targetAnswersAt } from "./target-answers.ts";
export { type ExportedRegression, type WriteRegressionOptions, writeRegression } from "./write-regression.ts";
