/**
 * The library in ten lines:
 *
 *     import { loadDataSet, loadPredictor, resolveConfig, train } from "anchored-vision";
 *
 *     const data = { name: "emoji", seed: 0 };
 *     const dataSet = await loadDataSet(data);
 *     const config = resolveConfig({ data, method: { name: "anchored" }, epochs: 5 });
 *     await train(config, dataSet, { run: "runs/mine" });
 *
 *     const predictor = await loadPredictor("runs/mine");
 *     const { logits, uncertainty } = await predictor.predict(dataSet.test);
 *     await predictor.dispose();
 *
 * The rooms have more to give: `anchored-vision/engine`, `anchored-vision/evaluate`, ….
 */

export { registerAugmentation, registerMixer } from "./augment/index.ts";
export { type DataSet, type ImageSet, imageCount, type Predictions, subset, UserError } from "./core/index.ts";
export { CorruptionPool, corruptImage, corruptionNames, corruptionSuite, registerCorruption } from "./corrupt/index.ts";
export {
  type DataOptions,
  dataSetNames,
  dataSetOf,
  decodeImage,
  fetchDataSet,
  loadDataSet,
  matchImages,
  registerDataSet,
  registerRegressionDataSet,
} from "./data/index.ts";
export { chooseProbe, groupIntoArms, judge, measure, probeLogits, type Results, softmax } from "./evaluate/index.ts";
export { importModules, runPaths } from "./files/index.ts";
export { evaluateStored } from "./judge/index.ts";
export { methodNames, registerMethod } from "./methods/index.ts";
export { modelNames, registerModel } from "./models/index.ts";
export { report } from "./report/index.ts";
export {
  type RunConfig,
  type RunConfigInput,
  readResults,
  readRun,
  resolveConfig,
  saveGallery,
  savePredictions,
} from "./run/index.ts";
export {
  createPredictor,
  type FeatureExtractor,
  loadFeatures,
  loadPredictor,
  type Predictor,
  type TrainOptions,
  type TrainProgress,
  type TrainSummary,
  train,
} from "./train/index.ts";
