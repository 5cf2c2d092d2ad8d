import { normalizeImages } from "../augment/index.ts";
import type { Predictions } from "../core/index.ts";
import {
  HostArray,
  type ImageSet,
  imageCount,
  type Normalization,
  Random,
  runPaths,
  UserError,
} from "../core/index.ts";
import { calibrateBySpread, combineReferences, createMethod, type Method, referenceRows } from "../methods/index.ts";
import { createModel, type Model, type Variables } from "../models/index.ts";
import { checkVariables, loadCheckpoint } from "./checkpoint.ts";
import { createForward, type Forward, type ForwardOptions } from "./forward.ts";
import { wantsPretrainingImages } from "./pretraining.ts";
import { type RunRecord, readRun } from "./run-record.ts";
import { type ReferenceChooser, residualPool, transductor } from "./transductor.ts";

export interface PredictOptions {
  /**
   * `single`: the first kept reference. `k`: K kept references, each shared by all images; mean of their logits, std of
   * their sigmoids. `blt`: for each image the kept reference that bilinear transduction chooses; needs `train`. Methods
   * without references have only one way. Default `k`.
   */
  readonly protocol?: "single" | "k" | "blt";
  /** References of `k`; default all that the checkpoint keeps. */
  readonly k?: number;
  /** `k`: scales the logits down by the spread over references, as the ImageNet code does. */
  readonly calibrate?: boolean;
  /** `blt`: the training images, from which residuals are sampled. */
  readonly train?: ImageSet;
  /** `blt`: how many residuals; default 200. */
  readonly residuals?: number;
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
  /** Logits [N × K] under each of the first `k` kept references (all by default). @throws as `predict` */
  predictByReference(set: ImageSet, options?: Pick<PredictOptions, "k" | "onProgress">): Promise<Float32Array[]>;
  dispose(): Promise<void>;
}

export interface PredictorOptions extends ForwardOptions {
  /** `average` (the default where a run keeps one) or the `raw` ones of the last step. */
  readonly weights?: "raw" | "average";
}

/** The predictor of a run folder. @throws UserError where the folder or its checkpoint is missing or damaged. */
export async function loadPredictor(run: string, options: PredictorOptions = {}): Promise<Predictor> {
  const { record, variables, references } = loadTrained(run, options);
  return createPredictor(record, variables, references, options);
}

/** What a run folder predicts with. @throws UserError where the folder or its checkpoint is missing or damaged. */
export function loadTrained(
  run: string,
  options: Pick<PredictorOptions, "weights"> = {},
): { record: RunRecord; variables: Variables; references?: HostArray } {
  const record = readRun(run);
  const path = runPaths(run).checkpoint;
  const checkpoint = loadCheckpoint(path);
  const { average, references } = checkpoint;
  if (options.weights === "average" && !average)
    throw new UserError(`--weights average: ${run} keeps none; train it with --average-decay, or use raw`);
  const { params, state } = average && options.weights !== "raw" ? average : checkpoint;
  const { model } = buildNetwork(record);
  checkVariables(path, { params, state }, model, model.init(new Random("shapes")));
  return { record, variables: { params, state }, references };
}

/** A predictor with fixed weights and references [R, C, H, W] (normalised). */
export async function createPredictor(
  record: RunRecord,
  variables: Variables,
  references: HostArray | undefined,
  options: PredictorOptions = {},
): Promise<Predictor> {
  const forward = createForward(record, buildNetwork(record), options);
  const predict: Predictor["predict"] = (set, asked) => predictSet(forward, record, variables, references, set, asked);
  return {
    record,
    predict,
    predictByReference(set, { k, onProgress } = {}) {
      const kept = keptReferences(record, references, "k", k);
      if (!kept) throw new TypeError(`${record.config.method.name} has no references`);
      return logitsUnder(forward, record, variables, kept, set, onProgress);
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

export async function predictSet(
  forward: Forward,
  record: RunRecord,
  variables: Variables,
  references: HostArray | undefined,
  set: ImageSet,
  { protocol = "k", k, calibrate, train, residuals = 200, onProgress }: PredictOptions = {},
): Promise<Predictions> {
  const classes = record.data.classNames.length;
  const result = { set: set.name, labels: set.labels, classes };
  const kept = keptReferences(record, references, protocol, k);
  if (kept && protocol === "blt") {
    if (!train) throw new TypeError("predict: protocol blt needs the training images");
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
      const [logits] = await logitsUnder(forward, record, variables, chooser, set, onProgress);
      return { ...result, logits };
    } finally {
      await chooser.dispose();
    }
  }
  const byReference = await logitsUnder(forward, record, variables, kept, set, onProgress);
  if (!kept || protocol === "single") return { ...result, logits: byReference[0] };
  const { logits, uncertainty } = combineReferences(byReference);
  return { ...result, logits: calibrate ? calibrateBySpread(logits, uncertainty, classes) : logits, uncertainty };
}

/** [R, 1, C, H, W] the references that a protocol uses; `undefined` for methods without. */
function keptReferences(
  { config }: RunRecord,
  references: HostArray | undefined,
  protocol: NonNullable<PredictOptions["protocol"]>,
  k: number | undefined,
): HostArray | undefined {
  if (k !== undefined && !(Number.isInteger(k) && k >= 1)) throw new UserError(`--k ${k}: use a whole number ≥ 1`);
  if (!references) {
    if (config.method.name !== "standard")
      throw new UserError(`${config.method.name}: the checkpoint keeps no references; train the run again`);
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
  forward: Forward,
  { data }: RunRecord,
  variables: Variables,
  references: HostArray | ReferenceChooser | undefined,
  set: ImageSet,
  onProgress?: PredictOptions["onProgress"],
): Promise<Float32Array[]> {
  checkImages(set, data);
  const total = imageCount(set);
  const classes = data.classNames.length;
  const count = references && !isChooser(references) ? references.shape[0] : 1;
  const byReference = Array.from({ length: count }, () => new Float32Array(total * classes));
  const batchSize = forward.batchSize(count);
  for (let at = 0; at < total; at += batchSize) {
    const images = paddedBatch(set, at, batchSize, data.normalization);
    const filled = Math.min(batchSize, total - at);
    const shown = isChooser(references) ? await references.choose(images) : references;
    const logits = await forward.run(variables, images, shown);
    for (const [r, own] of byReference.entries()) {
      const first = r * batchSize * classes;
      own.set(logits.subarray(first, first + filled * classes), at * classes);
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

function paddedBatch(set: ImageSet, from: number, size: number, normalization: Normalization): HostArray {
  const last = imageCount(set) - 1;
  const rows = Int32Array.from({ length: size }, (_, i) => Math.min(from + i, last));
  const shape = [size, set.channels, set.height, set.width];
  return HostArray.float32(shape, normalizeImages(set, rows, normalization));
}
