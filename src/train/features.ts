import type { ImageSet } from "../core/index.ts";
import { withoutHead } from "../models/index.ts";
import type { RunRecord } from "../run/index.ts";
import { createForward } from "./forward.ts";
import { buildNetwork } from "./network.ts";
import { meanOf, outputsUnder } from "./outputs-under.ts";
import { loadRun, type PredictorOptions } from "./predict.ts";
import { keptReferences } from "./predict-set.ts";

/** A trained network, frozen, without its classifier. */
export interface FeatureExtractor {
  readonly record: RunRecord;
  /** D. */
  readonly size: number;
  /** References that the features are averaged over; undefined for methods without. */
  readonly references?: number;
  /**
   * Features z [N × D] of every image, in order: what the classifier is linear in, logits = W z + b with its weight W and
   * bias b; times the network's logit scale, where it has one. Of an anchored network the mean over its kept references: for a linear probe that is the same as the mean of
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
 * The features of a run folder's network: what it answers without its last layer.
 * @throws UserError where the folder or its checkpoint is missing or damaged, or more references are asked for than kept.
 * @example
 * const extractor = await loadFeatures(run);
 * const features = await extractor.features(dataSet.test); // Float32Array [N × extractor.size]
 * await extractor.dispose();
 */
export async function loadFeatures(run: string, { k, ...options }: FeatureOptions = {}): Promise<FeatureExtractor> {
  const { record, variables, references } = loadRun(run, options);
  const { model, method } = buildNetwork(record);
  const encoder = withoutHead(model);
  const params = Object.fromEntries(Object.keys(encoder.shapes().params).map((name) => [name, variables.params[name]]));
  const ofEncoder = { params, state: variables.state };
  const forward = createForward(record, { model: encoder, method }, { ...options, hold: ofEncoder });
  return {
    record,
    size: model.featureCount,
    references: references && (k ?? references.shape[0]),
    async features(set, onProgress) {
      const kept = keptReferences({ method, references }, "k", k);
      const parts = { forward, record, variables: ofEncoder };
      const [first, ...others] = await outputsUnder(parts, kept, set, { onProgress });
      return meanOf(first, ...others);
    },
    dispose: () => forward.dispose(),
  };
}
