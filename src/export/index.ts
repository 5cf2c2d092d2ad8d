export type { ModelCard } from "./card.ts";
export { type ClassifierInputs, type ClassifierOptions, classifier } from "./classifier.ts";
export { type ExportOptions, exportClassifier, exportRun } from "./export-classifier.ts";
export { type Answers, type Classifier, type OpenOptions, openBytes, openModel } from "./open-model.ts";
