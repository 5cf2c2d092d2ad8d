/** What other rooms need of this one and a user does not. */

export { memoryOf } from "./arguments.ts";
export { type ByShapeOptions, compileByShape, type ProgramsByShape } from "./by-shape.ts";
export { flattenTree } from "./jax-backend.ts";
export { precisions, requirePrecision } from "./runtime/precision.ts";
export { requireDevice } from "./runtime/require-device.ts";
