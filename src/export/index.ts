export { type ModelCard, modelCard } from "./card.ts";
export { type ClassifierInputs, type ClassifierOptions, classifier } from "./classifier.ts";
export { type ExportOptions, exportClassifier } from "./export-classifier.ts";
export { exportRun, type RunExportOptions } from "./export-run.ts";
export { decodeAll, type Source, sourcesOf } from "./image-sources.ts";
export { type Answers, type Classifier, type OpenOptions, openBytes } from "./open-bytes.ts";
export { openModel } from "./open-model.ts";
export * from "./regression/index.ts";
export { type Exported, type WriteOptions, writeModel } from "./write-model.ts";
