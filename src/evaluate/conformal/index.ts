export { calibrateSets } from "./calibrate.ts";
export { conformal, predictionSets } from "./conformal.ts";
export { type ConformalResult, measureSets } from "./measure.ts";
export type { ConformalChoice, ConformalOptions, ConformalSettings } from "./options.ts";
export type { SetRandomness } from "./ranked-row.ts";
export { type ConformalMethodName, conformalMethodNames, conformalMethods } from "./table.ts";
export type { ConformalMethod } from "./types.ts";
