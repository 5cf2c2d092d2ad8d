import { makeBatch, normalizeImages } from "../augment/index.ts";
import {
  type DataSet,
  type HostArrays,
  type Image,
  imageCount,
  permutation,
  Random,
  UserError,
} from "../core/index.ts";
import { type Method, referenceRows } from "../methods/index.ts";
import { drawNoise, type Model } from "../models/index.ts";
import type { RunConfig } from "./config.ts";
import { epochOrder } from "./epoch-order.ts";
import { imageBatches, type Workers } from "./image-batches.ts";
import { NOISE_PREFIX } from "./step.ts";
import { microBatches } from "./stepper.ts";

export interface TrainBatch {
  /** What a step is fed, `accumulate` times a part of the batch. */
  readonly microBatches: readonly HostArrays[];
  /** [N] */
  readonly labels: Int32Array;
}

/**
 * The batches of a run, each a pure function of the seed and its step: that is why a resumed run continues bit for bit.
 * Every epoch is a new order of the training images; the last ones, too few for a batch, are left out of it.
 */
export function trainBatches(
  config: RunConfig,
  { train, normalization }: DataSet,
  method: Method,
  model: Model,
  { workers = 0, mixingSet }: { readonly workers?: Workers; readonly mixingSet?: readonly Image[] } = {},
) {
  const { batchSize, seed } = config;
  const stepsPerEpoch = Math.floor(imageCount(train) / batchSize);
  if (stepsPerEpoch === 0)
    throw new UserError(`--batch-size ${batchSize}: more than the ${imageCount(train)} training images`);
  if (batchSize % config.accumulate !== 0)
    throw new UserError(
      `--accumulate ${config.accumulate}: does not divide the batch of ${batchSize}; choose a --batch-size that is a multiple`,
    );
  const { augment, mix, labelSmoothing } = config;
  const made = imageBatches(
    train,
    { normalization, augment, mix, labelSmoothing, seed, resources: { mixingSet } },
    workers,
  );
  const { channels, height, width } = train;
  const shape = { count: batchSize, channels, height, width, classes: train.classNames.length };

  const referenceSet =
    config.method.name === "anchored" ? referenceRows(config.method.references, train, seed) : new Int32Array();
  const drawReferences = (count: number, random: Random) =>
    normalizeImages(
      train,
      Int32Array.from({ length: count }, () => referenceSet[random.integer(referenceSet.length)]),
      normalization,
    );

  const count = imageCount(train);
  const orderOf = epochOrder({ count, length: stepsPerEpoch * batchSize, repeats: config.repeatedAugmentation, seed });
  return {
    stepsPerEpoch,
    /** Rows of the training set that references are drawn from; empty for methods without. */
    referenceSet,
    /** What the network is fed of the first `count` images of a fixed order, without augmentation. */
    plain(count: number): HostArrays {
      const rows = permutation(imageCount(train), new Random("fit", seed)).subarray(0, count);
      const { images, targets } = makeBatch(train, rows, {
        normalization,
        random: (row) => new Random("fit", seed, row),
      });
      const { targets: _, ...shown } = method.prepare(
        { images, targets },
        { ...shape, count },
        new Random("fit", seed),
        drawReferences,
      );
      return shown;
    },
    /** The batch of a step, counted over all epochs from 0. */
    async at(step: number): Promise<TrainBatch> {
      const epoch = Math.floor(step / stepsPerEpoch);
      const first = (step % stepsPerEpoch) * batchSize;
      const { rows, repetitions } = orderOf(epoch, first, first + batchSize);
      const batch = await made.make({ step, epoch, rows, repetitions });
      const fed = method.prepare(batch, shape, new Random("method", seed, step), drawReferences);
      for (const [name, factors] of Object.entries(drawNoise(model, batchSize, new Random("noise", seed, step))))
        fed[NOISE_PREFIX + name] = factors;
      return {
        microBatches: microBatches(fed, batchSize, config.accumulate),
        labels: rows.map((row) => train.labels[row]),
      };
    },
    /** Batches worth asking for ahead of the one that is needed next. */
    ahead: () => made.ahead,
    /** Tells how long a step took. */
    stepTook: made.stepTook,
    close: made.close,
  };
}
