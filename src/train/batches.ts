import { augmentationsFromJson, makeBatch, mixersFromJson, smoothLabels } from "../augment/index.ts";
import { type DataSet, type HostArrays, imageCount, permutation, Random, UserError } from "../core/index.ts";
import type { DrawReferences, Method } from "../methods/index.ts";
import { drawNoise, type Model } from "../models/index.ts";
import type { RunConfig } from "./config.ts";
import { NOISE_PREFIX } from "./step.ts";
import { microBatches } from "./stepper.ts";

export interface TrainBatch {
  /** What a step is fed, `accumulate` times a part of the batch. */
  readonly microBatches: readonly HostArrays[];
  /** [N] */
  readonly labels: Int32Array;
}

export interface BatchParts {
  readonly method: Method;
  readonly model: Model;
  /** Called by methods that have references. */
  readonly drawReferences: DrawReferences;
}

/**
 * The batches of a run, each a pure function of the seed and its step: that is why a resumed run continues bit for bit.
 * Every epoch is a new order of the training images; the last ones, too few for a batch, are left out of it.
 */
export function trainBatches(
  config: RunConfig,
  { train, normalization }: DataSet,
  { method, model, drawReferences }: BatchParts,
) {
  const { batchSize, seed } = config;
  const stepsPerEpoch = Math.floor(imageCount(train) / batchSize);
  if (stepsPerEpoch === 0)
    throw new UserError(`--batch-size ${batchSize}: more than the ${imageCount(train)} training images`);
  if (batchSize % config.accumulate !== 0)
    throw new UserError(
      `--accumulate ${config.accumulate}: does not divide the batch of ${batchSize}; choose a --batch-size that is a multiple`,
    );
  const augment = augmentationsFromJson(config.augment);
  const mixers = mixersFromJson(config.mix);
  const { channels, height, width } = train;
  const shape = { count: batchSize, channels, height, width, classes: train.classNames.length };

  let order: { epoch: number; rows: Int32Array } = { epoch: -1, rows: new Int32Array() };
  return {
    stepsPerEpoch,
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
    at(step: number): TrainBatch {
      const epoch = Math.floor(step / stepsPerEpoch);
      if (order.epoch !== epoch)
        order = { epoch, rows: permutation(imageCount(train), new Random("shuffle", seed, epoch)) };
      const first = (step % stepsPerEpoch) * batchSize;
      const rows = order.rows.subarray(first, first + batchSize);
      const random = (row: number) => new Random("augment", seed, epoch, row);
      const { images, targets } = makeBatch(train, rows, { normalization, augment, random });
      const smoothed = { images, targets: smoothLabels(targets, shape.classes, config.labelSmoothing) };
      // Of several mixers a batch takes one, as timm does.
      const mixing = new Random("mix", seed, step);
      const mixer = mixers.length > 0 ? mixers[mixing.integer(mixers.length)] : undefined;
      const batch = mixer ? mixer.apply(smoothed, shape, mixing) : smoothed;
      const fed = method.prepare(batch, shape, new Random("method", seed, step), drawReferences);
      for (const [name, factors] of Object.entries(drawNoise(model, batchSize, new Random("noise", seed, step))))
        fed[NOISE_PREFIX + name] = factors;
      return {
        microBatches: microBatches(fed, batchSize, config.accumulate),
        labels: rows.map((row) => train.labels[row]),
      };
    },
  };
}
