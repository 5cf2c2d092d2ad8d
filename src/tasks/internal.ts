/** What other rooms need of this one and a user does not. */

export { logVariance } from "./regression/losses.ts";
export {
  combineRegression,
  middleLevel,
  readRegressionOutputs,
  regressionOutput,
  regressionOutputCount,
} from "./regression/regression.ts";
