import { type Batch, type ImageSet, type Normalization, Random } from "../core/index.ts";
import type { Augmentation } from "./augmentation.ts";
import { makeBatch, type Places } from "./make-batch.ts";
import { type BatchMixer, mixersFromJson, smoothLabels } from "./mixers.ts";
import { type AugmentationResources, augmentationsFromJson } from "./table.ts";

/** What turns training images into batches; plain data, so that a thread can be handed it. */
export interface Pipeline {
  readonly normalization: Normalization;
  readonly augment: readonly Pick<Augmentation, "name" | "options">[];
  readonly mix: readonly Pick<BatchMixer, "name" | "options">[];
  /** ε of Szegedy et al. 2016. */
  readonly labelSmoothing: number;
  readonly seed: number;
  readonly resources?: AugmentationResources;
}

/** One batch, of which everything random follows from the pipeline's seed and these numbers. */
export interface BatchTask {
  /** From 0, over all epochs. */
  readonly step: number;
  /** From 0. */
  readonly epoch: number;
  /** [N] rows of the training set. */
  readonly rows: Int32Array;
  /** [N] which time of the epoch it is that a row's image is augmented, from 0; all the first where absent. */
  readonly repetitions?: Int32Array;
  /** Places whose images are needed: those of others may stay zeros. All where absent. */
  readonly only?: readonly Places[];
}

/** What the augmentations of the image of a row, at place i of its batch, draw from. */
export function augmentationStream(
  seed: number,
  { epoch, repetitions }: Pick<BatchTask, "epoch" | "repetitions">,
  row: number,
  i: number,
): Random {
  const repetition = repetitions?.[i] ?? 0;
  return new Random("augment", seed, epoch, row, ...(repetition > 0 ? [repetition] : []));
}

/** Makes batches: images [N, C, H, W] augmented, normalised and mixed, targets [N, K]. @throws UserError for options out of range */
export function trainingImages(set: ImageSet, pipeline: Pipeline): (task: BatchTask) => Batch {
  const { normalization, labelSmoothing, seed } = pipeline;
  const augment = augmentationsFromJson(pipeline.augment, pipeline.resources);
  const mixers = mixersFromJson(pipeline.mix);
  const { channels, height, width } = set;
  const classes = set.classNames.length;
  return ({ step, epoch, rows, repetitions, only }) => {
    const random = (row: number, i: number) => augmentationStream(seed, { epoch, repetitions }, row, i);
    // A mixer may take any image of the batch.
    const needed = mixers.length > 0 ? undefined : only;
    const { images, targets } = makeBatch(set, rows, { normalization, augment, random, only: needed });
    const smoothed = { images, targets: smoothLabels(targets, classes, labelSmoothing) };
    if (mixers.length === 0) return smoothed;
    // Of several mixers a batch takes one, as timm does.
    const mixing = new Random("mix", seed, step);
    const shape = { count: rows.length, channels, height, width, classes };
    return mixers[mixing.integer(mixers.length)].apply(smoothed, shape, mixing);
  };
}
