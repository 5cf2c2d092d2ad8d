import { availableParallelism } from "node:os";
import { z } from "zod";
import { augmentationTable, mixerTable, type OptionTable, unknownOption } from "../augment/index.ts";
import { UserError } from "../core/index.ts";
import { devices, precisions, requirePrecision } from "../engine/index.ts";
import { maskStatistics, maskStatisticsOf } from "../methods/index.ts";
import { type ModelName, modelNames } from "../models/index.ts";
import { regressionSchema } from "../tasks/index.ts";
import { checkTask, withTaskDefaults } from "./task-config.ts";

const count = z.int().min(1);
const rate = z.number().positive();
const share = z.number().min(0).max(1);

export const referenceSources = ["new", "pretraining", "both"] as const;

const standard = z.strictObject({ name: z.literal("standard") });

const warmStartEpochs = z.number().min(0).default(0);

const oat = z.strictObject({
  name: z.literal("oat"),
  // The formula overflows at usual learning rates (docs/results.md, OAT against its controls).
  anchor: z.enum(["formula", "code"]).default("code"),
  detachAnchor: z.boolean().default(false),
  warmStartEpochs,
});
const mseOneHot = z.strictObject({ name: z.literal("mse-onehot"), warmStartEpochs });
const mseScaled = z.strictObject({ name: z.literal("mse-scaled"), warmStartEpochs });
const crossEntropy = z.strictObject({ name: z.literal("cross-entropy") });

const anchoredFields = z.strictObject({
  name: z.literal("anchored"),
  maskProbability: share.default(0.25),
  maskTarget: z.enum(["label", "uniform", "mean"]).default("label"),
  maskBy: z.enum(["batch", "image"]).default("batch"),
  maskDraws: count.default(1),
  /** Pixels. */
  maskKeep: z.int().min(0).default(0),
  /** As `maskStatisticsOf` says where absent. */
  maskStatistics: z.enum(maskStatistics).optional(),
  maskFrom: share.default(0),
  /** `maskFrom` where absent. */
  maskTo: share.optional(),
  references: z.string().default("all"),
  /** Whose training images they are: this run's, those of the run that `init` names, or half of each. */
  referenceSource: z.enum(referenceSources).default("new"),
  /** The whole set from the start where absent. */
  referenceStart: count.optional(),
  referenceGrowth: share.default(0.5),
  referencesPerImage: count.default(1),
  /** Batches; 0: never. */
  corruptReferencesEvery: z.int().min(0).default(0),
  tiedStart: z.boolean().default(false),
  referenceCount: count.default(10),
  output: z.discriminatedUnion("name", [crossEntropy, oat, mseOneHot, mseScaled]).optional(),
});

// Written into every new config: a run without it was trained before the choice was there.
const anchored = anchoredFields.transform((method) => ({ ...method, maskStatistics: maskStatisticsOf(method) }));

const sgd = z.strictObject({
  name: z.literal("sgd"),
  momentum: z.number().min(0).lt(1).default(0.9),
  nesterov: z.boolean().default(true),
  weightDecay: z.number().min(0).default(5e-4),
  decayNormsAndBiases: z.boolean().default(true),
  /** Times the learning rate, for biases; their decay a step is that of the weights. */
  biasRate: rate.default(1),
});

const adamw = z.strictObject({
  name: z.literal("adamw"),
  beta1: z.number().min(0).lt(1).default(0.9),
  beta2: z.number().min(0).lt(1).default(0.999),
  epsilon: z.number().positive().default(1e-8),
  weightDecay: z.number().min(0).default(0.05),
  decayNormsAndBiases: z.boolean().default(false),
});

const lion = z.strictObject({
  name: z.literal("lion"),
  beta1: z.number().min(0).lt(1).default(0.9),
  beta2: z.number().min(0).lt(1).default(0.99),
  weightDecay: z.number().min(0).default(0.5),
  decayNormsAndBiases: z.boolean().default(false),
});

const muon = adamw.extend({
  name: z.literal("muon"),
  momentum: z.number().min(0).lt(1).default(0.95),
  weightDecay: z.number().min(0).default(0.1),
});

const schedule = z.discriminatedUnion("name", [
  z.strictObject({ name: z.literal("constant"), learningRate: rate }),
  z.strictObject({
    name: z.literal("multistep"),
    learningRate: rate,
    milestones: z.array(count),
    factor: rate.default(0.1),
    warmupEpochs: z.number().min(0).default(0),
  }),
  z.strictObject({
    name: z.literal("one-cycle"),
    peak: rate.default(0.2),
    warmup: share.default(0.3),
    startDivisor: rate.default(25),
    endDivisor: rate.default(1e4),
    anneal: z.enum(["cosine", "linear"]).default("cosine"),
  }),
  z.strictObject({
    name: z.literal("cosine"),
    learningRate: rate,
    minimum: z.number().min(0).default(0),
    warmupEpochs: z.number().min(0).default(0),
  }),
]);

/** What a table has, by its name and options; the entry itself checks their values. */
const namedWithOptions = (table: OptionTable) =>
  z
    .strictObject({ name: z.enum(Object.keys(table)), options: z.record(z.string(), z.number()).default({}) })
    .superRefine(({ name, options }, context) => {
      const message = unknownOption(table, name, options);
      if (message !== undefined) context.addIssue({ code: "custom", path: ["options"], message });
    });

const runConfig = z.strictObject({
  /** What `loadDataSet` was given; training itself only stores it. */
  data: z.looseObject({ name: z.string() }),
  /** What is learnt; classification where absent. */
  task: regressionSchema.optional(),
  model: z.enum(modelNames as [ModelName, ...ModelName[]]).default("resnet20"),
  method: z.discriminatedUnion("name", [standard, anchored, oat, mseOneHot, mseScaled]).default({ name: "standard" }),
  epochs: count.default(10),
  batchSize: count.default(128),
  seed: z.int().default(0),
  optimizer: z.discriminatedUnion("name", [sgd, adamw, lion, muon]).prefault({ name: "sgd" }),
  /** Longest joint gradient; longer ones are scaled down to it. 0: no clipping. */
  clipNorm: z.number().min(0).default(0),
  /** Micro-batches whose gradients are averaged before an update; they divide `batchSize`. */
  accumulate: count.default(1),
  /** Of the exponential moving average of the weights, validated and kept beside the raw ones; 0: none. */
  averageDecay: z.number().min(0).lt(1).default(0),
  /** What is trained: the whole network, or its classifier alone. */
  trainable: z.enum(["all", "head"]).default("all"),
  /** Share of images that skip the last residual branch, rising linearly from the first. */
  stochasticDepth: z.number().min(0).lt(1).default(0),
  /** Share of features that the classifier does not see. */
  dropout: z.number().min(0).lt(1).default(0),
  schedule: schedule.prefault({ name: "one-cycle" }),
  augment: z.array(namedWithOptions(augmentationTable)).default([
    { name: "crop", options: { pad: 4 } },
    { name: "flip", options: {} },
  ]),
  /** A folder of pictures that `pixMix` mixes with in place of fractals. */
  mixingPictures: z.string().optional(),
  /** Times that an image chosen for an epoch stands in it, each time augmented anew; the epoch stays as long. */
  repeatedAugmentation: count.default(1),
  /** What to start from: a run folder, or a safetensors file of weights; fresh weights where absent. */
  init: z.string().optional(),
  /**
   * Statistics that images are normalised by: the data's own, those of the run `init` (the default where it is one), or
   * these, of each channel, in [0, 1].
   */
  normalization: z
    .union([z.enum(["data", "init"]), z.strictObject({ mean: z.array(share).min(1), std: z.array(rate).min(1) })])
    .optional(),
  /** Mixtures of images within a batch, of which each batch takes one. */
  mix: z.array(namedWithOptions(mixerTable)).default([]),
  /** Share of a target that is spread over all classes. */
  labelSmoothing: z.number().min(0).lt(1).default(0),
  /** Epochs between validations; 0 for never. The last epoch is always validated otherwise. */
  validateEvery: z.int().min(0).default(1),
  /** Steps between `step` lines in metrics.jsonl. */
  logEvery: count.default(10),
  /** Threads within an operator. Part of the config because sums in another order differ in their last bits. */
  threads: count.default(() => availableParallelism()),
  /** What the step runs on; devices round differently too. */
  device: z.enum(devices).default("cpu"),
  /** What the step computes in. */
  precision: z.enum(precisions).default("float32"),
});

/** One experiment, complete: every choice that the weights depend on. */
export type RunConfig = z.output<typeof runConfig>;
/** What has to be written: the rest has defaults. */
export type RunConfigInput = z.input<typeof runConfig>;

/**
 * Fills in the defaults.
 * @throws UserError naming the field that is unknown or out of range, or for a precision that the device does not have.
 */
export function resolveConfig(input: RunConfigInput): RunConfig {
  const result = runConfig.safeParse(withTaskDefaults(input));
  if (result.success) {
    requirePrecision(result.data.precision, result.data.device);
    checkTask(result.data);
    const { mixingPictures, augment } = result.data;
    if (mixingPictures !== undefined && !augment.some(({ name }) => name === "pixMix"))
      throw new UserError(`mixing pictures ${mixingPictures}: only pixMix mixes with them; add it to the augmentation`);
    return result.data;
  }
  const { path, message } = result.error.issues[0];
  throw new UserError(`config${path.length > 0 ? ` ${path.join(".")}` : ""}: ${message}`);
}

/** The first field in which two configs differ, with both values; undefined where they agree. */
export function firstDifference(
  a: unknown,
  b: unknown,
  path = "",
): { path: string; a: unknown; b: unknown } | undefined {
  if (Object.is(a, b)) return undefined;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return { path, a, b };
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const [left, right] = [a, b].map((side) => (side as Record<string, unknown>)[key]);
    const difference = firstDifference(left, right, path ? `${path}.${key}` : key);
    if (difference) return difference;
  }
  return undefined;
}
