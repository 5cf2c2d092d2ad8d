export { type CorruptOptions, corruptImage, corruptionNames, registerCorruption } from "./corrupt-image.ts";
export {
  type Benchmark,
  benchmarks,
  type Corruption,
  type Image,
  type Resources,
  type Severity,
  severities,
} from "./corruption.ts";
export { CorruptionPool, type CorruptSetOptions, type PoolOptions } from "./pool.ts";
export type { PublishedCorruption, PublishedOptions } from "./published.ts";
export { type CorruptedSet, corruptionSuite, type SuiteOptions } from "./suite.ts";
