/** What other rooms need of this one and a user does not. */

export { calibrateBySpread } from "../tasks/classification/combine.ts";
export { logScores, predictionBatchPoints, readOutputs } from "../tasks/classification/outputs/index.ts";
export { referenceSensitivity } from "../tasks/classification/sensitivity.ts";
export { innerProducts, nearestCandidates, transduction } from "./bilinear-transduction.ts";
export { ofClasses } from "./of-classes.ts";
export { ownMethodSchemas } from "./own-methods.ts";
export { growthOrder, keptReferenceRows, parseReferencePolicy, referencesInUse } from "./references.ts";
export { rowsPerImage } from "./rows-per-image.ts";
export { methodOptionSchemas, methodSchema } from "./schema.ts";
export { tiedStart } from "./tied-start.ts";
