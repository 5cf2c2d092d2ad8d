export { benchClip, type ClipBenchOptions, type ClipBenchRow, clipTable } from "./clip/bench-clip.ts";
export { type ClipWork, clipWorkNames } from "./clip/work.ts";
export { benchCorrupt, type CorruptBenchOptions, type CorruptBenchRow } from "./corrupt.ts";
export { benchData, type DataBenchOptions, type DataBenchRow, LEAST_TIMES_STEP, pipelineNames } from "./data.ts";
export { benchEngine, type EngineBenchOptions, type EngineBenchRow } from "./engine.ts";
export {
  benchGroup,
  type GroupBenchOptions,
  type GroupBenchRow,
  type GroupPair,
  groupBenchModels,
  type PairProgress,
} from "./group.ts";
export { benchPasses, type PassesOptions, type PassRow } from "./passes.ts";
export { benchPeers, type PeersOptions, type PeersRow, type RoundProgress } from "./peers.ts";
export { benchModels } from "./steps.ts";
export {
  corruptTable,
  dataTable,
  engineTable,
  groupTable,
  pairLine,
  passesTable,
  peersTable,
  roundLine,
} from "./tables.ts";
