/** What other rooms need of this one and a user does not. */

export {
  combineRegression,
  readRegressionOutputs,
  regressionOutputCount,
} from "./regression/read-outputs.ts";
export { taskSchemas } from "./schemas.ts";
