import type { HostArray, ImageSet, Predictions } from "../core/index.ts";
import { runPaths } from "../files/index.ts";
import type { Variables } from "../models/index.ts";
import { withFeatures } from "../models/internal.ts";
import { loadCheckpoint, type RunRecord, readRun } from "../run/index.ts";
import { checkVariables, chooseWeights } from "../run/internal.ts";
import { createAdapter } from "./adaptation/adapter.ts";
import type { Adaptation } from "./adaptation/options.ts";
import { predictDraws } from "./dropout-draws.ts";
import { createForward, type ForwardOptions } from "./forward.ts";
import { buildNetwork } from "./network.ts";
import { outputsUnder } from "./outputs-under.ts";
import { keptReferences, logitsUnder, type PredictionParts, type PredictOptions, predictSet } from "./predict-set.ts";

export interface Predictor {
  readonly record: RunRecord;
  /**
   * Logits of every image, in order; `uncertainty` with protocol `k` of an anchored model; `features` where asked for. Of a
   * network of several members (MIMO, Packed-Ensembles) the logarithms of their mean probabilities, and `doubts`.
   * @throws UserError where the images have another size or number of channels than the model was trained on, or more
   * references are asked for than are kept.
   */
  predict(set: ImageSet, options?: PredictOptions): Promise<Predictions>;
  /**
   * Monte Carlo dropout (Gal & Ghahramani 2016): what `predict` gives in each of so many passes that drop as training did, by
   * factors that the run's seed, the draw and an image's place in the set decide. Of an anchored model all references of a draw
   * drop by factors of their own.
   * @throws UserError as `predict`; TypeError for a network without dropout, or one that is anchored at hidden values
   */
  predictDraws(set: ImageSet, draws: number, options?: Omit<PredictOptions, "features">): Promise<Predictions[]>;
  /**
   * What a network answers that adapts to the set by batches, without labels, and begins anew with each set: `Adaptation` says
   * how. Batches are of an order that is drawn, the same for every set of so many images. Of an anchored model under one
   * reference where no protocol is asked for; under K a batch is that of all its pairs of image and reference.
   * @throws UserError as `predict`; for a network without BatchNorm, one that is anchored at hidden values, and protocol `blt`
   */
  predictAdapted(
    set: ImageSet,
    adaptation: Adaptation,
    options?: Omit<PredictOptions, "features" | "mirror">,
  ): Promise<Predictions>;
  /**
   * Logits [N × K] under each of the first `k` kept references (all by default); methods without have one way, networks
   * of several members give each member's.
   * @throws as `predict`
   */
  predictByReference(
    set: ImageSet,
    options?: Pick<PredictOptions, "k" | "predictionBatch" | "onProgress">,
  ): Promise<Float32Array[]>;
  /** The network's outputs [N × K] as they are, under the first reference. @throws as `predict` */
  outputs(set: ImageSet, options?: Pick<PredictOptions, "onProgress">): Promise<Float32Array>;
  /** [K] that the checkpoint keeps, of the validation images, for outputs that are read relative to an anchor. */
  readonly outputAnchor?: HostArray;
  dispose(): Promise<void>;
}

export interface PredictorOptions extends ForwardOptions {
  /** `average` (the default where a run keeps one) or the `raw` ones of the last step. */
  readonly weights?: "raw" | "average";
}

/** What a run folder holds for predicting. */
export interface LoadedRun {
  readonly record: RunRecord;
  readonly variables: Variables;
  /** [R, C, H, W] normalised; absent for methods without. */
  readonly references?: HostArray;
  /** [K] that outputs are read relative to, of the validation images; absent for methods without, and raw weights. */
  readonly outputAnchor?: HostArray;
  /** Which of its weights these are. */
  readonly weights: "raw" | "average";
  /** Steps that they were trained for. */
  readonly step: number;
}

/**
 * The weights and references of a run. @throws UserError where the folder or its checkpoint is missing or damaged.
 * @example
 * const { record, variables, references } = loadRun(run);
 * console.log(record.config.model, Object.keys(variables.params).length, references?.shape);
 */
export function loadRun(run: string, { weights }: Pick<PredictorOptions, "weights"> = {}): LoadedRun {
  const record = readRun(run);
  const path = runPaths(run).checkpoint;
  const checkpoint = loadCheckpoint(path);
  const { params, state, kind } = chooseWeights(run, checkpoint, weights);
  const variables = { params, state };
  const { model } = buildNetwork(record);
  checkVariables(path, variables, model);
  return {
    record,
    variables,
    references: checkpoint.references,
    // It is of the weights that predictions take by themselves.
    outputAnchor: kind === "raw" ? undefined : checkpoint.outputAnchor,
    weights: kind ?? "raw",
    step: checkpoint.progress.step,
  };
}

/**
 * The predictor of a run folder. @throws UserError where the folder or its checkpoint is missing or damaged.
 * @example
 * const predictor = await loadPredictor(run);
 * const { logits, uncertainty } = await predictor.predict(dataSet.test, { protocol: "k", k: 10 });
 * await predictor.dispose();
 */
export async function loadPredictor(run: string, options: PredictorOptions = {}): Promise<Predictor> {
  const { record, variables, references, outputAnchor } = loadRun(run, options);
  return createPredictor(record, variables, references, { ...options, outputAnchor });
}

/**
 * A predictor with fixed weights, which nothing may write into, and references [R, C, H, W] (normalised).
 * @example
 * const { record, variables, references } = loadRun(run);
 * const predictor = await createPredictor(record, variables, references, { threads: 1 });
 */
export async function createPredictor(
  record: RunRecord,
  variables: Variables,
  references: HostArray | undefined,
  { outputAnchor, ...options }: PredictorOptions & { readonly outputAnchor?: HostArray } = {},
): Promise<Predictor> {
  const network = buildNetwork(record);
  const held = { ...options, hold: variables };
  const forward = createForward(record, network, held);
  const featuresForward = createForward(record, { ...network, model: withFeatures(network.model) }, held);
  const adapter = createAdapter(record, network, options);
  const { method } = network;
  const parts: PredictionParts = { forward, featuresForward, record, method, variables, references, outputAnchor };
  return {
    record,
    outputAnchor,
    predict: (set, asked) => predictSet(parts, set, asked),
    predictAdapted: (set, adaptation, asked) => adapter.predict(parts, set, adaptation, asked),
    predictDraws: (set, draws, asked) => predictDraws({ ...parts, model: network.model }, set, draws, asked),
    predictByReference(set, { k, predictionBatch, onProgress } = {}) {
      const kept = keptReferences(parts, "k", k);
      return logitsUnder(parts, kept, set, { predictionBatch, onProgress });
    },
    async outputs(set, { onProgress } = {}) {
      const [outputs] = await outputsUnder(parts, keptReferences(parts, "single", undefined), set, { onProgress });
      return outputs;
    },
    async dispose() {
      await forward.dispose();
      await adapter.dispose();
      await featuresForward.dispose();
    },
  };
}
