export type { BatcherOptions } from "./batcher.ts";
export { defaultLimits, type Limits } from "./limits.ts";
export { createServer, type ServerOptions } from "./server.ts";
