/** What other rooms need of this one and a user does not. */

export { firstImages } from "./image-sets.ts";
export { unfinished } from "./open-run.ts";
export { loadRegressionRunData } from "./regression/index.ts";
export { bankRows } from "./training-bank.ts";
export { knownScore, type VerdictGraph, verdictArrays } from "./verdict/known-score.ts";
export { type RunVerdict, runVerdict } from "./verdict/run-verdict.ts";
