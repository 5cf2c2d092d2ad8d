import { makeBatch } from "../augment/index.ts";
import {
  type DataSet,
  HostArray,
  type HostArrays,
  type Image,
  imageCount,
  permutation,
  Random,
  UserError,
} from "../core/index.ts";
import { type AnchoredOptions, createMethod, type DrawReferences, type Method } from "../methods/index.ts";
import { drawNoise, type Model } from "../models/index.ts";
import type { RunConfig } from "./config.ts";
import { epochOrder } from "./epoch-order.ts";
import { imageBatches, type Workers } from "./image-batches.ts";
import { NOISE_PREFIX } from "./step.ts";
import { microBatches } from "./stepper.ts";
import type { TrainBatch } from "./training.ts";

export interface BatchParts {
  readonly method: Method;
  readonly model: Model;
  /** At a share of the training, and a step of it; called by methods that have references. */
  readonly drawReferencesAt: (progress: number, step?: number) => DrawReferences;
  /** Threads that make batches; none where absent. */
  readonly workers?: Workers;
  /** Pictures that `pixMix` mixes with. */
  readonly mixingSet?: readonly Image[];
}

/**
 * The batches of a run, each a pure function of the seed and its step: that is why a resumed run continues bit for bit.
 * Every epoch is a new order of the training images; the last ones, too few for a batch, are left out of it.
 */
export function trainBatches(
  config: RunConfig,
  { train, normalization }: DataSet,
  { method, model, drawReferencesAt, workers = 0, mixingSet }: BatchParts,
) {
  const { batchSize, seed } = config;
  const stepsPerEpoch = Math.floor(imageCount(train) / batchSize);
  if (stepsPerEpoch === 0)
    throw new UserError(`--batch-size ${batchSize}: more than the ${imageCount(train)} training images`);
  requireDivisor("--accumulate", config.accumulate, batchSize);
  const { warmStartEpochs } = method.output;
  if (warmStartEpochs > 0 && warmStartEpochs >= config.epochs)
    throw new UserError(
      `--warm-start-epochs ${warmStartEpochs}: of ${config.epochs} epochs none is left for ${method.output.name}; choose fewer`,
    );
  const { augment, mix, labelSmoothing } = config;
  const made = imageBatches(
    train,
    { normalization, augment, mix, labelSmoothing, seed, resources: { mixingSet } },
    workers,
  );
  const { channels, height, width } = train;
  const shape = { count: batchSize, channels, height, width, targetSize: train.classNames.length };

  const anchored = config.method.name === "anchored" ? config.method : undefined;
  const copies = anchored?.referencesPerImage ?? 1;
  requireDivisor("--references-per-image", copies, batchSize);
  if (anchored) checkMaskSizes(anchored, shape);

  const count = imageCount(train);
  const orderOf = epochOrder({ count, length: stepsPerEpoch * batchSize, repeats: config.repeatedAugmentation, seed });
  return {
    stepsPerEpoch,
    /** What the network is fed of the first `count` images of a fixed order, without augmentation or masking. */
    plain(count: number): HostArrays {
      const rows = permutation(imageCount(train), new Random("fit", seed)).subarray(0, count);
      const { images, targets } = makeBatch(train, rows, {
        normalization,
        random: (row) => new Random("fit", seed, row),
      });
      const unmasked = anchored ? createMethod({ ...anchored, maskProbability: 0 }) : method;
      const { targets: _, ...shown } = unmasked.prepare(
        { images, targets },
        { ...shape, count },
        new Random("fit", seed),
        drawReferencesAt(1),
      );
      return shown;
    },
    /** The batch of a step, counted over all epochs from 0. */
    async at(step: number): Promise<TrainBatch> {
      // Under n references an image is n rows of a batch, and n epochs of as many steps pass once over the images.
      const epoch = Math.floor(step / (stepsPerEpoch * copies));
      const distinct = batchSize / copies;
      const first = (step % (stepsPerEpoch * copies)) * distinct;
      const places = orderOf(epoch, first, first + distinct);
      const rows = repeated(places.rows, copies);
      const repetitions = places.repetitions && repeated(places.repetitions, copies);
      const batch = await made.make({ step, epoch, rows, repetitions });
      const progress = step / (config.epochs * stepsPerEpoch);
      const fed = method.prepare(
        batch,
        shape,
        new Random("method", seed, step),
        drawReferencesAt(progress, step),
        progress,
      );
      // Fed at every step or at none: a program is compiled for what its first step is fed.
      if (warmStartEpochs > 0) fed.warmStart = HostArray.scalar(step < warmStartEpochs * stepsPerEpoch ? 1 : 0);
      for (const [name, factors] of Object.entries(drawNoise(model, batchSize, new Random("noise", seed, step))))
        fed[NOISE_PREFIX + name] = factors;
      return { microBatches: microBatches(fed, batchSize, config.accumulate), rows };
    },
    /** Batches worth asking for ahead of the one that is needed next. */
    ahead: () => made.ahead,
    /** Tells how long a step took. */
    stepTook: made.stepTook,
    close: made.close,
  };
}

function requireDivisor(flag: string, parts: number, batchSize: number): void {
  if (batchSize % parts !== 0)
    throw new UserError(
      `${flag} ${parts}: does not divide the batch of ${batchSize}; choose a --batch-size that is a multiple`,
    );
}

/** @throws UserError where parts that are masked apart do not divide the batch, or a mask would keep a whole side. */
function checkMaskSizes(
  { maskDraws = 1, maskKeep = 0 }: AnchoredOptions,
  { count, height, width }: { readonly count: number; readonly height: number; readonly width: number },
): void {
  requireDivisor("--mask-draws", maskDraws, count);
  if (maskKeep >= Math.min(height, width))
    throw new UserError(
      `--mask-keep ${maskKeep}: nothing would be masked of images of ${height} × ${width} pixels; use less than ${Math.min(height, width)}`,
    );
}

/** [a, b], 2 → [a, b, a, b]: every micro-batch of an accumulated step holds as many different images as can be. */
const repeated = (rows: Int32Array, times: number): Int32Array =>
  Int32Array.from({ length: rows.length * times }, (_, i) => rows[i % rows.length]);
