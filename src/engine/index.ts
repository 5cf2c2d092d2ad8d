export { HostArray } from "../core/host-array.ts";
export { compile } from "./compile.ts";
export { flattenTree, type Tree } from "./jax-backend.ts";
export { UnsupportedPrimitiveError } from "./lower/lower.ts";
export { loweringTable } from "./lower/table.ts";
export { ArraySpec, type Program, type RunOptions } from "./program.ts";
export { runReference } from "./reference.ts";
export { type Device, devices } from "./runtime/devices.ts";
export { requireDevice } from "./runtime/require-device.ts";
