/** What other rooms need of this one and a user does not. */

export { flattenTree } from "./jax-backend.ts";
export { precisions, requirePrecision } from "./runtime/precision.ts";
export { requireDevice } from "./runtime/require-device.ts";
