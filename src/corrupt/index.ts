export {
  benchmarkFor,
  type CorruptOptions,
  corruptImage,
  corruptionByName,
  corruptionNames,
  registerCorruption,
} from "./corrupt-image.ts";
export {
  type Benchmark,
  benchmarks,
  CORRUPTIONS_VERSION,
  type Corruption,
  type Image,
  type Resources,
  type Severity,
  severities,
} from "./corruption.ts";
export { readFrostPhotographs } from "./frost-photographs.ts";
export { CorruptionPool, type CorruptSetOptions, type PoolOptions } from "./pool.ts";
export { cifar10cMd5, type PublishedCorruption, type PublishedOptions, readPublished } from "./published.ts";
export { type CorruptedSet, corruptionSuite, type SuiteOptions } from "./suite.ts";
export { corruptions } from "./table.ts";
