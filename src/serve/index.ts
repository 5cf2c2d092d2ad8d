export type { BatcherOptions } from "./batcher.ts";
export { createServer } from "./create-server.ts";
export { defaultLimits, type Limits, limitFlags } from "./limits.ts";
export type { ServedModel } from "./served.ts";
export type { ServerOptions } from "./server.ts";
