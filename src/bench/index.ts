export { benchCorrupt, type CorruptBenchOptions, type CorruptBenchRow } from "./corrupt.ts";
export { benchData, type DataBenchOptions, type DataBenchRow, pipelineNames, WANTED } from "./data.ts";
export { benchEngine, type EngineBenchOptions, type EngineBenchRow } from "./engine.ts";
export { benchPasses } from "./passes.ts";
export { benchPeers } from "./peers.ts";
export { benchModels } from "./steps.ts";
