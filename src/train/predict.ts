import { normalizeImages } from "../augment/index.ts";
import type { Predictions } from "../core/index.ts";
import {
  checkImageSet,
  HostArray,
  type ImageSet,
  imageCount,
  knownName,
  type Normalization,
  UserError,
} from "../core/index.ts";
import { runPaths } from "../files/index.ts";
import {
  type AnchorSource,
  calibrateBySpread,
  combineReferences,
  createMethod,
  type Method,
  readOutputs,
  referenceRows,
} from "../methods/index.ts";
import { createModel, type Model, type Variables } from "../models/index.ts";
import { checkVariables, chooseWeights, loadCheckpoint, type RunRecord, readRun } from "../run/index.ts";
import { createForward, type Forward, type ForwardOptions } from "./forward.ts";
import { wantsPretrainingImages } from "./pretraining.ts";
import { type ReferenceChooser, residualPool, transductor } from "./transductor.ts";

export const protocols = ["single", "k", "blt"] as const;

export interface PredictOptions {
  /**
   * `single`: the first kept reference. `k`: K kept references, each shared by all images; mean of their logits, std of
   * their sigmoids. `blt`: for each image the kept reference that bilinear transduction chooses; needs `train`. Methods
   * without references have only one way. Default `k`.
   */
  readonly protocol?: (typeof protocols)[number];
  /** References of `k`; default all that the checkpoint keeps. */
  readonly k?: number;
  /** `k`: scales the logits down by the spread over references, as the ImageNet code does. */
  readonly calibrate?: boolean;
  /** `blt`: the training images, from which residuals are sampled. */
  readonly train?: ImageSet;
  /** `blt`: how many residuals; default 200. */
  readonly residuals?: number;
  /** Test-time augmentation: outputs are the mean of those of the image and of its mirror image. Default not. */
  readonly mirror?: boolean;
  /**
   * Outputs that are read relative to an anchor (OAT): images whose outputs give one anchor, drawn in an order that is
   * always the same; `stored`: all by the one that the checkpoint keeps. Default: the batch size of the training.
   */
  readonly predictionBatch?: number | "stored";
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

export interface Predictor {
  readonly record: RunRecord;
  /**
   * Logits of every image, in order; `uncertainty` with protocol `k` of an anchored model.
   * @throws UserError where the images have another size or number of channels than the model was trained on, or more
   * references are asked for than are kept.
   */
  predict(set: ImageSet, options?: PredictOptions): Promise<Predictions>;
  /**
   * Logits [N × K] under each of the first `k` kept references (all by default); methods without have one way.
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

/** The weights and references of a run. @throws UserError where the folder or its checkpoint is missing or damaged. */
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

/** The predictor of a run folder. @throws UserError where the folder or its checkpoint is missing or damaged. */
export async function loadPredictor(run: string, options: PredictorOptions = {}): Promise<Predictor> {
  const { record, variables, references, outputAnchor } = loadRun(run, options);
  return createPredictor(record, variables, references, { ...options, outputAnchor });
}

/** A predictor with fixed weights and references [R, C, H, W] (normalised). */
export async function createPredictor(
  record: RunRecord,
  variables: Variables,
  references: HostArray | undefined,
  { outputAnchor, ...options }: PredictorOptions & { readonly outputAnchor?: HostArray } = {},
): Promise<Predictor> {
  const network = buildNetwork(record);
  const forward = createForward(record, network, options);
  const means: Means = { forward, record, method: network.method, variables, references, outputAnchor };
  return {
    record,
    outputAnchor,
    predict: (set, asked) => predictSet(means, set, asked),
    predictByReference(set, { k, predictionBatch, onProgress } = {}) {
      const kept = keptReferences(means, "k", k);
      return logitsUnder(means, kept, set, { predictionBatch, onProgress });
    },
    async outputs(set, { onProgress } = {}) {
      const [outputs] = await outputsUnder(means, keptReferences(means, "single", undefined), set, { onProgress });
      return outputs;
    },
    dispose: () => forward.dispose(),
  };
}

/** The model and method that a run's config names, made for its images. */
export function buildNetwork({ config, data }: RunRecord): { model: Model; method: Method } {
  const method = createMethod(config.method);
  const inputChannels = method.inputChannels(data.channels);
  // Networks with a weight for every position are made for square images of one size.
  const { classNames, height: imageSize } = data;
  const { stochasticDepth, dropout } = config;
  const options = { inputChannels, classes: classNames.length, imageSize, stochasticDepth, dropout };
  return { method, model: createModel(config.model, options) };
}

/** What a prediction is made with. */
export interface Means {
  readonly forward: Forward;
  readonly record: RunRecord;
  readonly method: Method;
  readonly variables: Variables;
  /** [R, C, H, W] */
  readonly references: HostArray | undefined;
  /** [K] */
  readonly outputAnchor?: HostArray;
}

export async function predictSet(
  means: Means,
  set: ImageSet,
  { protocol = "k", k, calibrate, train, residuals = 200, ...options }: PredictOptions = {},
): Promise<Predictions> {
  knownName("protocol", protocol, protocols);
  const { forward, record } = means;
  const classes = record.data.classNames.length;
  const result = { set: set.name, labels: set.labels, classes };
  const kept = keptReferences(means, protocol, k);
  if (kept && protocol === "blt") {
    if (!train) throw new UserError("predict: protocol blt needs the training images; give them as `train`");
    const { config, data } = record;
    if (wantsPretrainingImages(config))
      throw new UserError(
        "--protocol blt: it needs the residuals of training, but the references came from the pre-training; use k or single",
      );
    const policy = config.method.name === "anchored" ? config.method.references : "all";
    const pool = residualPool(train, data.normalization, {
      size: residuals,
      seed: config.seed,
      referenceRows: referenceRows(policy, train, config.seed),
    });
    const chooser = await transductor(kept, pool, { batchSize: forward.batchSize(1), threads: forward.threads });
    try {
      const [logits] = await logitsUnder(means, chooser, set, options);
      return { ...result, logits };
    } finally {
      await chooser.dispose();
    }
  }
  const byReference = await logitsUnder(means, kept, set, options);
  if (!kept || protocol === "single") return { ...result, logits: byReference[0] };
  const { logits, uncertainty } = combineReferences(byReference);
  return { ...result, logits: calibrate ? calibrateBySpread(logits, uncertainty, classes) : logits, uncertainty };
}

/**
 * [R, 1, C, H, W] the references that a protocol uses; `undefined` for methods without.
 * @throws UserError where more are asked for than are kept.
 */
export function keptReferences(
  { method, references }: Pick<Means, "method" | "references">,
  protocol: NonNullable<PredictOptions["protocol"]>,
  k: number | undefined,
): HostArray | undefined {
  if (k !== undefined && !(Number.isInteger(k) && k >= 1)) throw new UserError(`--k ${k}: use a whole number ≥ 1`);
  if (!references) {
    if (method.anchored) throw new UserError(`${method.name}: the checkpoint keeps no references; train the run again`);
    return undefined;
  }
  const [count, ...image] = references.shape;
  if (protocol === "k" && k && k > count)
    throw new UserError(`--k ${k}: the checkpoint keeps ${count} references; use at most ${count}`);
  const used = protocol === "single" ? 1 : protocol === "k" ? (k ?? count) : count;
  const size = references.data.length / count;
  return HostArray.float32([used, 1, ...image], (references.data as Float32Array).subarray(0, used * size));
}

const isChooser = (references: HostArray | ReferenceChooser | undefined): references is ReferenceChooser =>
  references !== undefined && "choose" in references;

/** Logits [N × K] of every image under each reference, R of them (1 for a chooser, and for methods without). */
async function logitsUnder(
  means: Means,
  references: HostArray | ReferenceChooser | undefined,
  set: ImageSet,
  { predictionBatch, ...options }: Pick<PredictOptions, "predictionBatch" | "mirror" | "onProgress">,
): Promise<Float32Array[]> {
  const { output } = means.method;
  const source = anchorSource(means, predictionBatch);
  const byReference = await outputsUnder(means, references, set, options);
  return byReference.map((outputs) => readOutputs(output, outputs, means.record.data.classNames.length, source));
}

function anchorSource(
  { method, record: { config }, outputAnchor }: Means,
  batch: PredictOptions["predictionBatch"],
): AnchorSource {
  if (batch !== undefined && !method.output.reading?.anchor)
    throw new UserError(`--prediction-batch ${batch}: ${method.name} predicts each image by itself; leave it out`);
  if (batch !== "stored") return { batch: batch ?? config.batchSize };
  if (!outputAnchor)
    throw new UserError(
      "--prediction-batch stored: the checkpoint keeps no anchor of these weights, as it is not trained to its end or has no validation images; finish the training, or give a number",
    );
  return { anchor: outputAnchor.data };
}

/** [K] of the outputs on a whole image set, under the first reference. `undefined` where none is needed. */
export async function outputAnchorOf(means: Means, set: ImageSet): Promise<HostArray | undefined> {
  const { anchor } = means.method.output.reading ?? {};
  if (!anchor) return undefined;
  const [outputs] = await outputsUnder(means, keptReferences(means, "single", undefined), set);
  const classes = means.record.data.classNames.length;
  return HostArray.float32([classes], Float32Array.from(anchor.host(outputs, classes)));
}

/** As `logitsUnder`, the network's outputs [N × O] as they are. @throws UserError for images of another shape */
export async function outputsUnder(
  { forward, record: { data }, variables }: Pick<Means, "forward" | "record" | "variables">,
  references: HostArray | ReferenceChooser | undefined,
  set: ImageSet,
  { mirror = false, onProgress }: Pick<PredictOptions, "mirror" | "onProgress"> = {},
): Promise<Float32Array[]> {
  checkImages(set, data);
  checkImageSet(set);
  const total = imageCount(set);
  const count = references && !isChooser(references) ? references.shape[0] : 1;
  const byReference: Float32Array[] = Array.from({ length: count }, () => new Float32Array());
  const batchSize = forward.batchSize(count);
  for (let at = 0; at < total; at += batchSize) {
    const images = paddedBatch(set, at, batchSize, data.normalization);
    const filled = Math.min(batchSize, total - at);
    const run = async (images: HostArray) =>
      forward.run(variables, images, isChooser(references) ? await references.choose(images) : references);
    const own = await run(images);
    const outputs = mirror ? meanOf(own, await run(mirrored(images))) : own;
    const width = outputs.length / (count * batchSize);
    for (let r = 0; r < count; r++) {
      if (at === 0) byReference[r] = new Float32Array(total * width);
      const first = r * batchSize * width;
      byReference[r].set(outputs.subarray(first, first + filled * width), at * width);
    }
    onProgress?.({ done: at + filled, total });
  }
  return byReference;
}

function checkImages(set: ImageSet, { channels, height, width }: RunRecord["data"]): void {
  if (set.channels !== channels || set.height !== height || set.width !== width)
    throw new UserError(
      `${set.name} has ${set.width}×${set.height} images of ${set.channels} channels, the model was trained on ${width}×${height} of ${channels}; convert them with matchImages`,
    );
}

const meanOf = (a: Float32Array, b: Float32Array): Float32Array => a.map((value, i) => (value + b[i]) / 2);

/** Images [N, C, H, W], each row of pixels from right to left. */
function mirrored({ shape, data }: HostArray): HostArray {
  const width = shape[3];
  const turned = Float32Array.from(data as Float32Array);
  for (let at = 0; at < turned.length; at += width) turned.subarray(at, at + width).reverse();
  return HostArray.float32(shape, turned);
}

function paddedBatch(set: ImageSet, from: number, size: number, normalization: Normalization): HostArray {
  const last = imageCount(set) - 1;
  const rows = Int32Array.from({ length: size }, (_, i) => Math.min(from + i, last));
  const shape = [size, set.channels, set.height, set.width];
  return HostArray.float32(shape, normalizeImages(set, rows, normalization));
}
