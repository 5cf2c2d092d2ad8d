export { benchCorrupt, type CorruptBenchOptions, type CorruptBenchRow } from "./corrupt.ts";
export { benchData, type DataBenchOptions, type DataBenchRow, LEAST_TIMES_STEP, pipelineNames } from "./data.ts";
export { benchEngine, type EngineBenchOptions, type EngineBenchRow } from "./engine.ts";
export { benchPasses, type PassesOptions, type PassRow } from "./passes.ts";
export { benchPeers, type PeersOptions, type PeersRow, type RoundProgress } from "./peers.ts";
export { benchModels } from "./steps.ts";
export { corruptTable, dataTable, engineTable, passesTable, peersTable, roundLine } from "./tables.ts";
