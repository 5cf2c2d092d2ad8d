export { type EvaluateOptions, evaluateExternal, evaluateStored } from "./evaluate-stored.ts";
export { type ExternalOptions, judgeExternal } from "./external.ts";
export { foreignImages, foreignNames, foreignSource } from "./foreign-sets.ts";
export { dataSetLoader, firstImages, foreignTo } from "./image-sets.ts";
export { judgeRuns } from "./judge-runs.ts";
export { unfinished } from "./open-run.ts";
export {
  type CorruptionOptions,
  defaultSuites,
  type JudgeOptions,
  type Protocol,
  protocols,
  type Suite,
  suites,
} from "./options.ts";
export { type ProbeOptions, type ProbeSummary, probeRun } from "./probe-run.ts";
export { type ExternalFiles, readExternal, readExternalCorruption } from "./read-external.ts";
export * from "./regression/index.ts";
export { resultFolders } from "./result-folders.ts";
