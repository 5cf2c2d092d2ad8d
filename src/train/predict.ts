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
import { ArraySpec, compile, type Device } from "../engine/index.ts";
import { combineReferences, createMethod, type Method } from "../methods/index.ts";
import { type Arrays, createModel, type Model, type Variables } from "../models/index.ts";
import { checkVariables, loadCheckpoint } from "./checkpoint.ts";
import { type RunRecord, readRun } from "./run-record.ts";

export interface PredictOptions {
  /**
   * `single`: the first kept reference. `k`: K kept references, each shared by all images; mean of their logits, std of
   * their sigmoids. Methods without references have only one way. Default `k`.
   */
  readonly protocol?: "single" | "k";
  /** References of `k`; default all that the checkpoint keeps. */
  readonly k?: number;
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
  dispose(): Promise<void>;
}

export interface PredictorOptions {
  /** Images a run of the program; the last, smaller batch is padded and its padding cut off. Default 128. */
  readonly batchSize?: number;
  /** Default: as the run was trained. */
  readonly threads?: number;
  /** Default: as the run was trained. */
  readonly device?: Device;
}

/** The predictor of a run folder. @throws UserError where the folder or its checkpoint is missing or damaged. */
export async function loadPredictor(run: string, options: PredictorOptions = {}): Promise<Predictor> {
  const record = readRun(run);
  const path = runPaths(run).checkpoint;
  const { params, state, references } = loadCheckpoint(path);
  const { model } = buildNetwork(record);
  checkVariables(path, { params, state }, model, model.init(new Random("shapes")));
  return createPredictor(record, { params, state }, references, options);
}

/** A predictor with fixed weights and references [R, C, H, W] (normalised). */
export async function createPredictor(
  record: RunRecord,
  variables: Variables,
  references: HostArray | undefined,
  options: PredictorOptions = {},
): Promise<Predictor> {
  const forward = await compileForward(record, variables, options);
  return {
    record,
    predict: (set, predictOptions) => predictSet(forward, record, variables, references, set, predictOptions),
    dispose: () => forward.dispose(),
  };
}

/** The model and method that a run's config names, made for its images. */
export function buildNetwork({ config, data }: RunRecord): { model: Model; method: Method } {
  const method = createMethod(config.method);
  const inputChannels = method.inputChannels(data.channels);
  return { method, model: createModel(config.model, { inputChannels, classes: data.classNames.length }) };
}

/** Images to logits for one batch size, compiled; the weights are arguments. */
export interface Forward {
  readonly batchSize: number;
  /** Images [batchSize, C, H, W], reference [1, C, H, W] for anchored methods → logits [batchSize × K]. */
  run(variables: Variables, images: HostArray, reference?: HostArray): Promise<Float32Array>;
  dispose(): Promise<void>;
}

export async function compileForward(
  record: RunRecord,
  { params, state }: Variables,
  { batchSize = 128, threads = record.config.threads, device = record.config.device }: PredictorOptions = {},
): Promise<Forward> {
  const { model, method } = buildNetwork(record);
  const { channels, height, width } = record.data;
  const images = new ArraySpec([batchSize, channels, height, width]);
  const fed = method.anchored ? { images, reference: new ArraySpec([1, channels, height, width]) } : { images };
  const program = await compile(
    (params: Arrays, state: Arrays, { images, reference }: Arrays) =>
      method.predict(model, params, state, images, reference),
    [params, state, fed],
    { threads, device },
  );
  return {
    batchSize,
    async run({ params, state }, images, reference) {
      const logits = await program.run([params, state, reference ? { images, reference } : { images }]);
      return logits.data;
    },
    dispose: () => program.dispose(),
  };
}

export async function predictSet(
  forward: Forward,
  { config, data }: RunRecord,
  variables: Variables,
  references: HostArray | undefined,
  set: ImageSet,
  { protocol = "k", k, onProgress }: PredictOptions = {},
): Promise<Predictions> {
  const { channels, height, width, normalization } = data;
  if (set.channels !== channels || set.height !== height || set.width !== width)
    throw new UserError(
      `${set.name} has ${set.width}×${set.height} images of ${set.channels} channels, the model was trained on ${width}×${height} of ${channels}; convert them with matchImages`,
    );
  const kept = references && splitReferences(references);
  if (k !== undefined && !(Number.isInteger(k) && k >= 1)) throw new UserError(`--k ${k}: use a whole number ≥ 1`);
  if (kept && protocol === "k" && k && k > kept.length)
    throw new UserError(`--k ${k}: the checkpoint keeps ${kept.length} references; use at most ${kept.length}`);
  if (!kept && config.method.name !== "standard")
    throw new UserError(`${config.method.name}: the checkpoint keeps no references; train the run again`);
  const used = kept ? kept.slice(0, protocol === "single" ? 1 : k) : [undefined];

  const total = imageCount(set);
  const classes = data.classNames.length;
  const bySource = used.map(() => new Float32Array(total * classes));
  for (let at = 0; at < total; at += forward.batchSize) {
    const images = paddedBatch(set, at, forward.batchSize, normalization);
    const count = Math.min(forward.batchSize, total - at);
    for (const [i, reference] of used.entries()) {
      const logits = await forward.run(variables, images, reference);
      bySource[i].set(logits.subarray(0, count * classes), at * classes);
    }
    onProgress?.({ done: at + count, total });
  }
  const answer =
    kept && protocol === "k" ? combineReferences(bySource) : { logits: bySource[0], uncertainty: undefined };
  return { set: set.name, labels: set.labels, classes, ...answer };
}

function paddedBatch(set: ImageSet, from: number, size: number, normalization: Normalization): HostArray {
  const last = imageCount(set) - 1;
  const rows = Int32Array.from({ length: size }, (_, i) => Math.min(from + i, last));
  const shape = [size, set.channels, set.height, set.width];
  return HostArray.float32(shape, normalizeImages(set, rows, normalization));
}

function splitReferences({ shape: [count, ...image], data }: HostArray): HostArray[] {
  const size = data.length / count;
  return Array.from({ length: count }, (_, i) =>
    HostArray.float32([1, ...image], (data as Float32Array).subarray(i * size, (i + 1) * size)),
  );
}
