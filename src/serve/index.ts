export { Batcher, type BatcherOptions } from "./batcher.ts";
export { defaultLimits, type Limits, limitFlags, Refusal } from "./limits.ts";
export { createServer, type ServerOptions } from "./server.ts";
