export { benchmarkFor, type CorruptOptions, corruptImage, corruptionByName, corruptionNames } from "./corrupt-image.ts";
export {
  type Benchmark,
  benchmarks,
  type Corruption,
  type Image,
  type Resources,
  type Severity,
  severities,
} from "./corruption.ts";
export { corruptions } from "./table.ts";
