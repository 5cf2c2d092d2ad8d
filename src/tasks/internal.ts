/** What other rooms need of this one and a user does not. */

export { tracedDecoding } from "./detection/traced-decoding.ts";
export { type ToldMeasure, trainingMeasures, validationMeasures } from "./measures.ts";
export {
  combineRegression,
  readRegressionOutputs,
  regressionOutputCount,
} from "./regression/read-outputs.ts";
export { taskSchemas } from "./schemas.ts";
