import { HostArray, type ImageSet, UserError } from "../core/index.ts";
import { classifierOf, type LinearClassifier, type Variables } from "../models/index.ts";
import { createPredictor, loadRun, type PredictorOptions } from "./predict.ts";
import type { RunRecord } from "./run-record.ts";

/** A trained network, frozen, without its classifier. */
export interface FeatureExtractor {
  readonly record: RunRecord;
  /** D. */
  readonly size: number;
  /** References that the features are averaged over; undefined for methods without. */
  readonly references?: number;
  /**
   * Features z [N × D] of every image, in order: what the classifier is linear in, logits = W z + b with its weight W and
   * bias b. Of an anchored network the mean over its kept references: for a linear probe that is the same as the mean of
   * the probe's logits.
   * @throws UserError where the images have another size or number of channels than the model was trained on.
   */
  features(set: ImageSet, onProgress?: (progress: { done: number; total: number }) => void): Promise<Float32Array>;
  dispose(): Promise<void>;
}

export interface FeatureOptions extends PredictorOptions {
  /** References that the features are averaged over; default all that the checkpoint keeps. */
  readonly k?: number;
}

/**
 * The features of a run folder's network. No model knows of it: as a network with D classes whose classifier is the
 * identity, it answers with its features, times whatever constant it multiplies its logits by.
 * @throws UserError where the folder or its checkpoint is missing or damaged, or more references are asked for than kept.
 */
export async function loadFeatures(run: string, { k, ...options }: FeatureOptions = {}): Promise<FeatureExtractor> {
  const { record, variables, references } = loadRun(run, options);
  const classifier = classifierOf(variables.params);
  if (!classifier) throw new UserError("this network has no linear classifier to put a probe in the place of");
  const size = classifier.weight.shape[1];
  const identity = HostArray.zeros([size, size]);
  for (let i = 0; i < size; i++) identity.data[i * size + i] = 1;
  const classNames = Array.from({ length: size }, (_, i) => `feature ${i}`);
  const predictor = await createPredictor(
    { config: { ...record.config, method: asLogits(record.config.method) }, data: { ...record.data, classNames } },
    withClassifier(variables, classifier, identity, HostArray.zeros([size])),
    references,
    options,
  );
  return {
    record,
    size,
    references: references && (k ?? references.shape[0]),
    async features(set, onProgress) {
      if (!references) return (await predictor.predict(set, { onProgress })).logits;
      const [first, ...others] = await predictor.predictByReference(set, { k, onProgress });
      const sums = Float64Array.from(first);
      for (const one of others) for (let i = 0; i < sums.length; i++) sums[i] += one[i];
      return Float32Array.from(sums, (sum) => sum / (others.length + 1));
    },
    dispose: () => predictor.dispose(),
  };
}

/** The method with the same input, whose outputs are taken as they are. */
const asLogits = (method: RunRecord["config"]["method"]): RunRecord["config"]["method"] =>
  method.name === "anchored" ? { ...method, output: undefined } : { name: "standard" };

/** The same network with another classifier: weight [K, D], and bias [K], which is left out where the network has none. */
function withClassifier(
  { params, state }: Variables,
  { weightName, biasName }: LinearClassifier,
  weight: HostArray,
  bias: HostArray,
): Variables {
  return { params: { ...params, [weightName]: weight, ...(biasName && { [biasName]: bias }) }, state };
}
