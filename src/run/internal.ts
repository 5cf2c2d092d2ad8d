/** What other rooms need of this one and a user does not. */

export { saveBoxGallery } from "./box-gallery.ts";
export { checkVariables, chooseWeights, decodeCheckpoint, encodeCheckpoint, saveCheckpoint } from "./checkpoint.ts";
export { readClassNames } from "./class-names.ts";
export { firstDifference } from "./config.ts";
export { readCorruptionStrips, saveCorruptionStrips } from "./corruption-strips.ts";
export { dropDetections, saveDetections, storedDetectionSets } from "./detection-predictions.ts";
export { appendMetrics, ofAverage, truncateMetrics, validationOf } from "./metrics-log.ts";
export { schemaOptions } from "./options/schema-options.ts";
export { dropStored, featuresFile, logitsFile } from "./predictions.ts";
export { modulesFor, requireRegistered, requireRegisteredData } from "./registered.ts";
export { dropRegressionAnswers, saveRegressionAnswers, storedRegressionSets } from "./regression-predictions.ts";
export { judgedTask, resultsHeading, resultsTask, writeResults } from "./results.ts";
export { runFacts } from "./run-facts.ts";
export { readRunLog } from "./run-log.ts";
export { describeRun } from "./run-record.ts";
export { readRunSettings } from "./run-settings.ts";
export { readStoredRecord } from "./stored-record.ts";
export { taskConfigOf, taskOf } from "./tasks/index.ts";
export { readVerdictPictures, saveVerdictPictures, type VerdictPictures } from "./verdict-pictures.ts";
export { versioned } from "./versioned-file.ts";
export {
  dropOodScores,
  readOodScores,
  readPredictionBatch,
  readSensitivity,
  saveOodScores,
  savePredictionBatch,
  saveSensitivity,
} from "./weights-files.ts";
