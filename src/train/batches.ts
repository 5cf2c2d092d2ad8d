import { type BatchTask, makeBatch, type Places } from "../augment/index.ts";
import {
  type Batch,
  type DataSet,
  type Fed,
  HostArray,
  type HostArrays,
  type Image,
  imageCount,
  permutation,
  Random,
  UserError,
} from "../core/index.ts";
import {
  type AnchoredOptions,
  anchoredOptions,
  type BatchShape,
  createMethod,
  type DrawReferences,
  type Method,
} from "../methods/index.ts";
import { rowsPerImage } from "../methods/internal.ts";
import type { Network } from "../models/index.ts";
import { drawNoise } from "../models/internal.ts";
import type { RunConfig } from "../run/index.ts";
import { taskConfigOf } from "../run/internal.ts";
import { epochOrder } from "./epoch-order.ts";
import { alone, type Group } from "./group/group.ts";
import { imageBatches, type Workers } from "./image-batches.ts";
import { microBatches } from "./stepper.ts";
import type { TrainBatches } from "./training.ts";

export interface BatchParts {
  readonly method: Method;
  readonly network: Pick<Network, "noise">;
  /** At a share of the training, and a step of it; called by methods that have references. */
  readonly drawReferencesAt: (progress: number, step?: number, only?: readonly Places[]) => DrawReferences;
  /** Whose processes share the batch out; a process alone where absent. */
  readonly group?: Pick<Group, "rank" | "size">;
  /** Threads that make batches; none where absent. */
  readonly workers?: Workers;
  /** Pictures that `pixMix` mixes with. */
  readonly mixingSet?: readonly Image[];
}

/** Where a task's examples come from. */
export interface BatchSource {
  /** Training examples. */
  readonly count: number;
  /** Of one example. */
  readonly shape: Omit<BatchShape, "count">;
  /** The examples of a step, as they are trained on. */
  make(task: BatchTask): Promise<Batch>;
  /** The examples at `rows`, as they are. */
  plain(rows: Int32Array): Batch;
  /** [N, …] what the task knows of the examples at `rows`: labels, targets; nothing where absent. */
  truth?(rows: Int32Array): HostArray<"float32">;
  /** Rows of examples that are shown beside those at `rows`, one for each: every second row of a batch is then such a one. */
  companions?(rows: Int32Array, random: Random): Int32Array;
  /** What belongs to the examples at `rows` and is no image, by name: the tokens of texts. */
  others?(rows: Int32Array, random: Random): HostArrays;
  /** What the task is fed of the whole batch at `rows`; nothing where absent. */
  shared?(rows: Int32Array): HostArrays;
  readonly ahead: number;
  stepTook(ms: number, stepsLeft: number): void;
  close(): Promise<void>;
}

/** The batches of a classification. */
export const trainBatches = (config: RunConfig, dataSet: DataSet, parts: BatchParts): TrainBatches =>
  exampleBatches(config, imageSource(config, dataSet, parts), parts);

/** Images and their classes; images may be made in other threads. */
export function imageSource(
  config: RunConfig,
  { train, normalization }: Pick<DataSet, "train" | "normalization">,
  { workers = 0, mixingSet, group }: Pick<BatchParts, "workers" | "mixingSet" | "group">,
): BatchSource {
  const { augment, mix, labelSmoothing, seed } = config;
  const resources = { mixingSet };
  const made = imageBatches(
    train,
    { normalization, augment, mix, labelSmoothing, seed, resources },
    workers,
    coresOf(config, group),
  );
  const { channels, height, width } = train;
  return {
    count: imageCount(train),
    shape: { channels, height, width, targetSize: train.classNames.length },
    make: made.make,
    plain: (rows) => makeBatch(train, rows, { normalization, random: (row) => new Random("fit", seed, row) }),
    truth: (rows) =>
      HostArray.float32(
        [rows.length],
        Float32Array.from(rows, (row) => train.labels[row]),
      ),
    get ahead() {
      return made.ahead;
    },
    stepTook: made.stepTook,
    close: made.close,
  };
}

/** Cores that a rank may take for making batches: the others of a machine have theirs. */
const coresOf = ({ threads }: RunConfig, { size }: Pick<Group, "size"> = alone): number | undefined =>
  size > 1 ? threads : undefined;

/**
 * The batches of a run, each a pure function of the seed and its step: that is why a resumed run continues bit for bit.
 * Every epoch is a new order of the training examples; the last ones, too few for a batch, are left out of it.
 */
export function exampleBatches(
  config: RunConfig,
  source: BatchSource,
  { method, network, drawReferencesAt, group = alone }: Omit<BatchParts, "workers" | "mixingSet">,
): TrainBatches {
  const { batchSize, seed } = config;
  const { count, shape: exampleShape } = source;
  const stepsPerEpoch = Math.floor(count / batchSize);
  if (stepsPerEpoch === 0)
    throw new UserError(
      `config.batchSize ${batchSize}: more than the ${count} training ${taskConfigOf(config).examples}; use at most that, e.g. ${usualBatch(count)}`,
    );
  requireDivisor("config.accumulate", config.accumulate, batchSize);
  requireShares(config, group);
  const parts = partsOf(config, group);
  const perExample = source.companions ? 2 : 1;
  const batchRows = batchSize * perExample;
  const only =
    method.rowByRow && group.size > 1 ? parts.map((part) => placesOf(part, batchRows, config, group)) : undefined;
  const { warmStartEpochs } = method.task;
  checkWarmStart(config, method);
  const shape = { count: batchRows, ...exampleShape };
  const anchored = anchoredOptions(config.method);
  const { option, count: copies } = rowsPerImage(config.method);
  requireDivisor(option, copies, batchSize);
  if (anchored) checkMaskSizes(anchored, shape);
  const orderOf = epochOrder({ count, length: stepsPerEpoch * batchSize, repeats: config.repeatedAugmentation, seed });
  return {
    stepsPerEpoch,
    count,
    shape: exampleShape,
    plain(wanted) {
      const rows = permutation(count, new Random("fit", seed)).subarray(0, wanted);
      const unmasked = anchored ? createMethod({ ...anchored, maskProbability: 0 }) : method;
      const { rows: examples, shared } = unmasked.prepare(
        source.plain(rows),
        { ...shape, count: wanted },
        new Random("fit", seed),
        drawReferencesAt(1),
      );
      return { ...examples.inputs, ...shared };
    },
    async at(step) {
      // Where an example is n rows of a batch, n epochs of as many steps pass once over the examples.
      const epoch = Math.floor(step / (stepsPerEpoch * copies));
      const distinct = batchSize / copies;
      const first = (step % (stepsPerEpoch * copies)) * distinct;
      const places = orderOf(epoch, first, first + distinct);
      const rows = repeated(places.rows, copies);
      const repetitions = places.repetitions && repeated(places.repetitions, copies);
      const shown = withCompanions(source, rows, new Random("companions", seed, step));
      const batch = {
        ...(await source.make({ step, epoch, rows: shown, repetitions, only })),
        truth: source.truth?.(shown),
      };
      const progress = step / (config.epochs * stepsPerEpoch);
      const random = new Random("method", seed, step);
      const prepared = method.prepare(batch, shape, random, drawReferencesAt(progress, step, only), progress);
      const fed: Fed = {
        rows: {
          ...prepared.rows,
          inputs: { ...prepared.rows.inputs, ...source.others?.(shown, new Random("others", seed, step)) },
          noise: drawNoise(network, batchRows, new Random("noise", seed, step)),
        },
        // Fed at every step or at none: a program is compiled for what its first step is fed.
        shared: {
          ...prepared.shared,
          ...source.shared?.(rows),
          ...(warmStartEpochs > 0 && { warmStart: HostArray.scalar(step < warmStartEpochs * stepsPerEpoch ? 1 : 0) }),
        },
      };
      const all = microBatches(fed, batchRows, group.size * config.accumulate);
      return { microBatches: parts.map((part) => all[part]), rows };
    },
    ahead: () => source.ahead,
    stepTook: source.stepTook,
    close: source.close,
  };
}

/** A rank's part of each micro-batch, so that all ranks' i-th ones are together the i-th one of a process alone. */
const partsOf = ({ accumulate }: RunConfig, { rank, size }: Pick<Group, "rank" | "size">): number[] =>
  Array.from({ length: accumulate }, (_, i) => i * size + rank);

function placesOf(part: number, rows: number, { accumulate }: RunConfig, { size }: Pick<Group, "size">): Places {
  const length = rows / (size * accumulate);
  return { from: part * length, to: (part + 1) * length };
}

/** @throws UserError where the ranks, or their micro-batches, would not have the same number of examples */
function requireShares({ batchSize, accumulate }: RunConfig, { size }: Pick<Group, "size">): void {
  if (batchSize % (size * accumulate) === 0) return;
  const parts = accumulate > 1 ? `${size} ranks of ${accumulate} micro-batches` : `${size} ranks`;
  throw new UserError(
    `config.batchSize ${batchSize}: ${parts} cannot share it out evenly; use a multiple of ${size * accumulate}, or another number of ranks`,
  );
}

function requireDivisor(flag: string, parts: number, batchSize: number): void {
  if (batchSize % parts !== 0)
    throw new UserError(
      `${flag} ${parts}: does not divide the batch of ${batchSize}; choose a config.batchSize that is a multiple`,
    );
}

/** @throws UserError where a warm start is all of the training */
function checkWarmStart({ epochs }: RunConfig, { task: { warmStartEpochs, minimises } }: Method): void {
  if (warmStartEpochs > 0 && warmStartEpochs >= epochs)
    throw new UserError(
      `method.warmStartEpochs ${warmStartEpochs}: of ${epochs} epochs none is left for ${minimises}; choose fewer`,
    );
}

/** @throws UserError where parts that are masked apart do not divide the batch, or a mask would keep a whole side. */
function checkMaskSizes(
  { maskDraws = 1, maskKeep = 0 }: Pick<AnchoredOptions, "maskDraws" | "maskKeep">,
  { count, height, width }: { readonly count: number; readonly height: number; readonly width: number },
): void {
  requireDivisor("method.maskDraws", maskDraws, count);
  if (maskKeep >= Math.min(height, width))
    throw new UserError(
      `method.maskKeep ${maskKeep}: nothing would be masked of images of ${height} × ${width} pixels; use less than ${Math.min(height, width)}`,
    );
}

/** [a, b] with companions [c, d] → [a, c, b, d]: any part of a batch holds as many of the ones as of the others. */
function withCompanions(source: BatchSource, rows: Int32Array, random: Random): Int32Array {
  const others = source.companions?.(rows, random);
  return others ? Int32Array.from({ length: 2 * rows.length }, (_, i) => (i % 2 === 0 ? rows : others)[i >> 1]) : rows;
}

/** [a, b], 2 → [a, b, a, b]: every micro-batch of an accumulated step holds as many different images as can be. */
const repeated = (rows: Int32Array, times: number): Int32Array =>
  Int32Array.from({ length: rows.length * times }, (_, i) => rows[i % rows.length]);

/** The largest power of two that makes at least four steps an epoch, where there are so many examples. */
const usualBatch = (count: number): number => 2 ** Math.floor(Math.log2(Math.max(1, count / 4)));
