import { availableParallelism } from "node:os";
import { z } from "zod";
import type { OptionTable } from "../augment/index.ts";
import { augmentationTable, mixerTable, unknownOption } from "../augment/internal.ts";
import { UserError } from "../core/index.ts";
import { optionMeta as option, registeredCount } from "../core/internal.ts";
import { devices } from "../engine/index.ts";
import { precisions, requirePrecision } from "../engine/internal.ts";
import { methodSchema, ownMethodSchemas } from "../methods/internal.ts";
import { type ModelName, modelNames } from "../models/index.ts";
import { optimizerSchema, scheduleSchema } from "../optim/internal.ts";
import { taskSchemas } from "../tasks/internal.ts";
import { taskConfigOf } from "./tasks/index.ts";

type TaskSchema = (typeof taskSchemas)[keyof typeof taskSchemas];

const count = z.int().min(1);
const rate = z.number().positive();
const share = z.number().min(0).max(1);

const packedSchema = z.strictObject({
  members: z
    .int()
    .min(2)
    .default(4)
    .meta(
      option({ flag: "--packed-members", value: "<n>", help: "Packed-Ensembles: members in one network", example: 4 }),
    ),
  alpha: rate.default(2).meta(
    option({
      flag: "--packed-alpha",
      value: "<factor>",
      help: "Packed-Ensembles: times the channels of the one network, for all members together",
      example: 2,
    }),
  ),
  gamma: count.default(1).meta(
    option({
      flag: "--packed-gamma",
      value: "<n>",
      help: "Packed-Ensembles: groups of each member's own convolutions",
      example: 1,
    }),
  ),
});

const swagSchema = z.strictObject({
  /** Of the training, up to which nothing is collected; from there on the learning rate is constant. */
  from: z
    .number()
    .min(0)
    .lt(1)
    .default(0.5)
    .meta(
      option({
        flag: "--swag-from",
        value: "<share>",
        help: "SWAG: of the training, after which the weights of every epoch are collected",
        example: 0.5,
      }),
    ),
  learningRate: rate.default(0.01).meta(
    option({
      flag: "--swag-rate",
      value: "<rate>",
      help: "SWAG: learning rate while weights are collected",
      example: 0.01,
    }),
  ),
  rank: z
    .int()
    .min(2)
    .default(20)
    .meta(
      option({
        flag: "--swag-rank",
        value: "<n>",
        help: "SWAG: last deviations of the weights that are kept",
        example: 20,
      }),
    ),
});

/** What a table has, by its name and options; the entry itself checks their values. */
const namedWithOptions = (table: OptionTable) =>
  z
    .strictObject({ name: z.enum(Object.keys(table)), options: z.record(z.string(), z.number()).default({}) })
    .superRefine(({ name, options }, context) => {
      const message = unknownOption(table, name, options);
      if (message !== undefined) context.addIssue({ code: "custom", path: ["options"], message });
    });

/** What can be registered, with what is registered by now. */
const registrable = () => ({
  model: z.enum(modelNames as [ModelName, ...ModelName[]]).default("resnet20"),
  method: (
    z.discriminatedUnion("name", [...methodSchema.options, ...ownMethodSchemas()]) as unknown as typeof methodSchema
  ).default({ name: "standard" }),
  augment: z.array(namedWithOptions(augmentationTable)).default([
    { name: "crop", options: { pad: 4 } },
    { name: "flip", options: {} },
  ]),
  /** Mixtures of images within a batch, of which each batch takes one. */
  mix: z.array(namedWithOptions(mixerTable)).default([]),
});

/**
 * Every choice of an experiment, and its option on the command line.
 * @example
 * const { success, error } = runConfigSchema.safeParse({ data: { name: "mnist" }, epochs: -1 });
 */
export const runConfigSchema = z.strictObject({
  /** What `loadDataSet` was given; training itself only stores it. */
  data: z.looseObject({ name: z.string() }),
  /** What is learnt; classification where absent. */
  task: z.discriminatedUnion("name", Object.values(taskSchemas) as [TaskSchema, ...TaskSchema[]]).optional(),
  ...registrable(),
  epochs: count
    .default(10)
    .meta(option({ flag: "--epochs", value: "<n>", help: "passes over the training images", example: 10 })),
  batchSize: count
    .default(128)
    .meta(option({ flag: "--batch-size", value: "<n>", help: "images in each step", example: 128 })),
  seed: z
    .int()
    .default(0)
    .meta(
      option({
        flag: "--seed",
        value: "<n>",
        help: "decides weights, the order of images, augmentation and references",
        example: 1,
      }),
    ),
  optimizer: optimizerSchema.prefault({ name: "sgd" }),
  /** Longest joint gradient; longer ones are scaled down to it. 0: no clipping. */
  clipNorm: z
    .number()
    .min(0)
    .default(0)
    .meta(
      option({ flag: "--clip-norm", value: "<length>", help: "longest joint gradient; 0: no clipping", example: 5 }),
    ),
  /** Micro-batches whose gradients are averaged before an update; they divide `batchSize`. */
  accumulate: count.default(1).meta(
    option({
      flag: "--accumulate",
      value: "<n>",
      help: "parts of a batch, whose gradients are averaged before an update: for batches that memory cannot hold",
      example: 4,
    }),
  ),
  /** Whether BatchNorm's statistics are those of all ranks' parts of a batch; else each rank's are those of its own part. */
  syncBatchNorm: z
    .boolean()
    .default(false)
    .meta(
      option({
        flag: "--sync-batch-norm",
        help: "several ranks: BatchNorm sees their parts of a batch together, as one process would; slower",
        sets: true,
      }),
    ),
  /** Of the exponential moving average of the weights, validated and kept beside the raw ones; 0: none. */
  averageDecay: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .meta(
      option({
        flag: "--average-decay",
        value: "<d>",
        help: "keep a moving average of the weights, too, and predict with it; 0: none",
        example: 0.999,
      }),
    ),
  /** What is trained: the whole network, or its classifier alone. */
  trainable: z
    .enum(["all", "head"])
    .default("all")
    .meta(option({ flag: "--trainable", value: "<part>", help: "all | head (the classifier alone)" })),
  /** Share of images that skip the last residual branch, rising linearly from the first. */
  stochasticDepth: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .meta(
      option({
        flag: "--stochastic-depth",
        value: "<share>",
        help: "of images that skip the last residual branch, rising from the first",
        example: 0.1,
      }),
    ),
  /** Share of features that the classifier does not see. */
  dropout: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .meta(
      option({
        flag: "--dropout",
        value: "<share>",
        help: "of features that the classifier does not see",
        example: 0.1,
      }),
    ),
  /** d, where the network is an image tower whose embeddings' directions tell classes, or texts, apart. */
  embedding: count.optional().meta(
    option({
      flag: "--embedding",
      value: "<numbers>",
      help: "make the network an image tower, which tells classes apart by the directions of embeddings of so many numbers; CLIP's have their own",
      example: 128,
    }),
  ),
  /** Members packed into the network, Packed-Ensembles (Laurent et al. 2023); none where absent. */
  packed: packedSchema.optional(),
  /** Weights of the last part of the training that are collected (SWAG, Maddox et al. 2019), to draw from; none where absent. */
  swag: swagSchema.optional(),
  schedule: scheduleSchema.prefault({ name: "one-cycle" }),
  /** A folder of pictures that `pixMix` mixes with in place of fractals. */
  mixingPictures: z
    .string()
    .optional()
    .meta(
      option({
        flag: "--mixing-pictures",
        value: "<dir>",
        help: "pixMix: mix with the pictures in this folder, in place of fractals",
        isPath: true,
      }),
    ),
  /** Times that an image chosen for an epoch stands in it, each time augmented anew; the epoch stays as long. */
  repeatedAugmentation: count.default(1).meta(
    option({
      flag: "--repeated-augmentation",
      value: "<n>",
      help: "times that an image stands in an epoch, each time augmented anew; the epoch stays as long",
      example: 3,
    }),
  ),
  /** What to start from: a run folder, or a safetensors file of weights; fresh weights where absent. */
  init: z
    .string()
    .optional()
    .meta(
      option({
        flag: "--init",
        value: "<run>",
        help: "start from the weights of a run folder, whose model, method and image size are kept unless given, of a .safetensors file under timm's names, or of a downloaded folder",
      }),
    ),
  /**
   * Statistics that images are normalised by: the data's own, those of the run `init` (the default where it is one), or
   * these, of each channel, in [0, 1].
   */
  normalization: z
    .union([z.enum(["data", "init"]), z.strictObject({ mean: z.array(share).min(1), std: z.array(rate).min(1) })])
    .optional(),
  /** Share of a target that is spread over all classes. */
  labelSmoothing: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .meta(
      option({
        flag: "--label-smoothing",
        value: "<share>",
        help: "of the target, spread over all classes",
        example: 0.1,
      }),
    ),
  /** Epochs between validations; 0 for never. The last epoch is always validated otherwise. */
  validateEvery: z
    .int()
    .min(0)
    .default(1)
    .meta(
      option({
        flag: "--validate-every",
        value: "<epochs>",
        help: "epochs between validations, of anchored runs under one reference; 0: never",
        example: 1,
      }),
    ),
  /** Steps between `step` lines in metrics.jsonl. */
  logEvery: count
    .default(10)
    .meta(option({ flag: "--log-every", value: "<steps>", help: "steps between lines in metrics.jsonl", example: 10 })),
  /** Threads within an operator. Part of the config because sums in another order differ in their last bits. */
  threads: count
    .default(() => availableParallelism())
    .meta(option({ flag: "--threads", value: "<n>", help: "threads of the CPU (all)", example: 2 })),
  /** What the step runs on; devices round differently too. */
  device: z
    .enum(devices)
    .default("cpu")
    .meta(option({ flag: "--device", value: "<name>", help: `what to train on: ${devices.join(" | ")}` })),
  /** What the step computes in. */
  precision: z
    .enum(precisions)
    .default("float32")
    .meta(
      option({
        flag: "--precision",
        value: "<name>",
        help: "of the step: float32 | mixed (float16 where nothing is lost; refused where the device has it not)",
      }),
    ),
});

let schema = runConfigSchema;
let madeAt = 0;

/** `runConfigSchema` with what users have registered by now. */
export function currentConfigSchema(): typeof runConfigSchema {
  if (madeAt === registeredCount()) return schema;
  schema = runConfigSchema.extend(registrable());
  madeAt = registeredCount();
  return schema;
}

/** One experiment, complete: every choice that the weights depend on. */
export type RunConfig = z.output<typeof runConfigSchema>;
/** What has to be written: the rest has defaults. */
export type RunConfigInput = Omit<z.input<typeof runConfigSchema>, "model"> & { readonly model?: string };

/**
 * Fills in the defaults.
 * @throws UserError naming the field that is unknown or out of range, or for a precision that the device does not have.
 * @example
 * const config = resolveConfig({ data: { name: "emoji" }, model: "resnet20", method: { name: "anchored" }, epochs: 5 });
 * console.log(config.optimizer, config.schedule); // every default is filled in
 */
export function resolveConfig(input: RunConfigInput): RunConfig {
  const task = taskConfigOf(input);
  const result = currentConfigSchema().safeParse(task.withDefaults(input));
  if (result.success) {
    requirePrecision(result.data.precision, result.data.device);
    task.check(result.data, result.data.task);
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
