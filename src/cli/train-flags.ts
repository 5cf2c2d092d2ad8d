import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { augmentationTable, mixerTable, standardOptions } from "../augment/index.ts";
import { UserError } from "../core/index.ts";
import {
  dataSetNames,
  emojiCategories,
  emojiVendors,
  humanLabelKinds,
  labelNoiseKinds,
  regressionDataNames,
} from "../data/index.ts";
import { devices, precisions } from "../engine/index.ts";
import { maskStatistics, methodNames, outputNames, parseReferencePolicy } from "../methods/index.ts";
import { modelNames } from "../models/index.ts";
import { optimizers, schedules } from "../optim/index.ts";
import { referenceSources } from "../train/index.ts";
import { listOf, oneOf, type Parse, real, text, whole, wholeList } from "./numbers.ts";
import { regressionFlags } from "./regression-flags.ts";

/** One option of `train` and the field of a run's config that it sets. */
export interface TrainFlag {
  readonly flag: string;
  /** Shown in the help; absent for switches. */
  readonly value?: string;
  readonly help: string;
  readonly parse?: Parse<unknown>;
  /** Dotted path in `RunConfig`. */
  readonly path: string;
  /** What a switch sets. */
  readonly sets?: boolean;
  /** The choice without which the option means nothing, e.g. `method.name` must be `anchored`. */
  readonly only?: { readonly path: string; readonly is: string | readonly string[]; readonly flag: string };
}

const forEmoji = { path: "data.name", is: "emoji", flag: "--data" };
const forFolder = { path: "data.name", is: "folder", flag: "--data" };
const forCifar10 = { path: "data.name", is: "cifar10", flag: "--data" };
const forAnchored = { path: "method.name", is: "anchored", flag: "--method" };
const forOat = { path: "method.name", is: "oat", flag: "--method" };
const forOutputs = {
  path: "method.name",
  is: outputNames.filter((name) => name !== "cross-entropy"),
  flag: "--method",
};
const forSchedule = (...is: string[]) => ({ path: "schedule.name", is, flag: "--schedule" });
const forOptimizer = (...is: string[]) => ({ path: "optimizer.name", is, flag: "--optimizer" });
const positive = (example: number) => real({ min: 0, above: true, example });

const referencePolicy: Parse<string> = () => (given) => {
  parseReferencePolicy(given);
  return given;
};

/** `0.7,1` → [0.7, 1] */
const share: Parse<number[]> = (flag) => (given) => {
  const ends = given.split(",").map(real({ min: 0, max: 1, example: 0.7 })(flag));
  if (ends.length !== 2 || ends[0] >= ends[1]) throw new UserError(`${flag} ${given}: two rising shares, e.g. 0.7,1`);
  return ends;
};

const augmentations = Object.keys(augmentationTable);
const mixers = Object.keys(mixerTable);

interface Named {
  readonly name: string;
  readonly options: Readonly<Record<string, number>>;
}

/** `crop,flip` → `[{ name: "crop", … }, { name: "flip", … }]`. */
const namedList =
  (names: readonly string[]): Parse<Named[]> =>
  (flag) =>
  (given, before = []) => [
    ...before,
    ...listOf(names)(flag)(given)
      .filter((name) => !before.some((other) => other.name === name))
      .map((name) => ({ name, options: standardOptions(name) })),
  ];

/** Choices first: what follows depends on them. */
const classificationFlags: readonly TrainFlag[] = [
  {
    flag: "--data",
    value: "<name>",
    help: `${dataSetNames.join(" | ")}; with --task regression ${regressionDataNames.join(" | ")}`,
    parse: oneOf([...dataSetNames, ...regressionDataNames]),
    path: "data.name",
  },
  { flag: "--model", value: "<name>", help: modelNames.join(" | "), parse: oneOf(modelNames), path: "model" },
  {
    flag: "--method",
    value: "<name>",
    help: methodNames.join(" | "),
    parse: oneOf(methodNames),
    path: "method.name",
  },
  {
    flag: "--optimizer",
    value: "<name>",
    help: Object.keys(optimizers).join(" | "),
    parse: oneOf(Object.keys(optimizers)),
    path: "optimizer.name",
  },
  {
    flag: "--schedule",
    value: "<name>",
    help: `of the learning rate: ${Object.keys(schedules).join(" | ")}`,
    parse: oneOf(Object.keys(schedules)),
    path: "schedule.name",
  },

  {
    flag: "--folder",
    value: "<dir>",
    help: "your images as <split>/<class>/*, or as <class>/* alone, of which a part is held out; implies --data folder",
    parse: text,
    path: "data.folder",
    only: forFolder,
  },
  {
    flag: "--stream",
    help: "folder: keep the decoded images on disk, not in memory (default: where they fill more than 1 GiB)",
    path: "data.stream",
    sets: true,
    only: forFolder,
  },
  {
    flag: "--bad-images",
    value: "<what>",
    help: "folder: refuse | skip files that cannot be read (refuse)",
    parse: oneOf(["refuse", "skip"]),
    path: "data.badImages",
    only: forFolder,
  },
  {
    flag: "--image-size",
    value: "<pixels>",
    help: "side of the images; the data set's own (emoji, folder: 32)",
    parse: whole({ min: 8, max: 1024, example: 32 }),
    path: "data.imageSize",
  },
  {
    flag: "--validation-fraction",
    value: "<share>",
    help: "of the training images, held out",
    parse: real({ min: 0.001, max: 0.9, example: 0.1 }),
    path: "data.validationFraction",
  },
  {
    flag: "--split-seed",
    value: "<n>",
    help: "decides the splits; the same for every --seed, so that seeds can be compared",
    parse: whole({ example: 0 }),
    path: "data.seed",
  },
  {
    flag: "--limit-train",
    value: "<n>",
    help: "only so many of the training images, each class with its share; chosen by the split seed (all)",
    parse: whole({ min: 2, example: 200 }),
    path: "data.limitTrain",
  },
  {
    flag: "--imbalance",
    value: "<ratio>",
    help: "a long tail: times the first class's training images are the last one's (1)",
    parse: real({ min: 1, example: 50 }),
    path: "data.imbalance",
  },
  {
    flag: "--label-noise",
    value: "<share>",
    help: "of the training labels, made wrong by the split seed (0)",
    parse: real({ min: 0, max: 0.5, example: 0.2 }),
    path: "data.labelNoise",
  },
  {
    flag: "--label-noise-kind",
    value: "<kind>",
    help: `${labelNoiseKinds.join(" | ")} (symmetric: any other class; pairwise: the next one)`,
    parse: oneOf(labelNoiseKinds),
    path: "data.labelNoiseKind",
  },
  {
    flag: "--human-labels",
    value: "<file>",
    help: "cifar10: train on CIFAR-10N's labels, of a .csv or .npy file",
    // A run is evaluated from elsewhere, too.
    parse: () => (file) => resolve(file),
    path: "data.humanLabels",
    only: forCifar10,
  },
  {
    flag: "--human-labels-kind",
    value: "<kind>",
    help: `${humanLabelKinds.join(" | ")} (aggregate)`,
    parse: oneOf(humanLabelKinds),
    path: "data.humanLabelsKind",
    only: forCifar10,
  },
  {
    flag: "--label",
    value: "<kind>",
    help: "emoji: category (8 classes) | concept (1,051)",
    parse: oneOf(["category", "concept"]),
    path: "data.label",
    only: forEmoji,
  },
  {
    flag: "--background",
    value: "<kind>",
    help: "emoji: white | random",
    parse: oneOf(["white", "random"]),
    path: "data.background",
    only: forEmoji,
  },
  {
    flag: "--train-vendors",
    value: "<a,b>",
    help: `emoji: trained on, of ${emojiVendors.join(", ")}`,
    parse: listOf(emojiVendors),
    path: "data.domains.train",
    only: forEmoji,
  },
  {
    flag: "--shift-vendors",
    value: "<a,b>",
    help: "emoji: never trained on, tested as shift",
    parse: listOf(emojiVendors),
    path: "data.domains.shift",
    only: forEmoji,
  },
  {
    flag: "--categories",
    value: "<a,b>",
    help: `emoji: only these categories' concepts, of ${Object.keys(emojiCategories).join(", ")}`,
    parse: listOf(Object.keys(emojiCategories)),
    path: "data.categories",
    only: forEmoji,
  },
  {
    flag: "--concept-share",
    value: "<from,to>",
    help: "emoji: only this part of each category's concepts, in an order set by the split seed (0,1)",
    parse: share,
    path: "data.conceptShare",
    only: forEmoji,
  },
  {
    flag: "--test-fraction",
    value: "<share>",
    help: "emoji: of the concepts, tested on (0.2)",
    parse: real({ min: 0.001, max: 0.9, example: 0.2 }),
    path: "data.testFraction",
    only: forEmoji,
  },

  {
    flag: "--mask-probability",
    value: "<α>",
    help: "share of batches whose references are masked",
    parse: real({ min: 0, max: 1, example: 0.25, meaning: "the share of masked batches" }),
    path: "method.maskProbability",
    only: forAnchored,
  },
  {
    flag: "--mask-target",
    value: "<target>",
    help: "what masked batches are trained toward: label | uniform, in a regression label | mean",
    parse: oneOf(["label", "uniform", "mean"]),
    path: "method.maskTarget",
    only: forAnchored,
  },
  {
    flag: "--mask-by",
    value: "<unit>",
    help: "what is masked at a time: batch (the paper) | image",
    parse: oneOf(["batch", "image"]),
    path: "method.maskBy",
    only: forAnchored,
  },
  {
    flag: "--mask-draws",
    value: "<n>",
    help: "parts of a batch that are masked each by a draw of its own, as n processes do (1)",
    parse: whole({ min: 1, example: 4 }),
    path: "method.maskDraws",
    only: forAnchored,
  },
  {
    flag: "--mask-keep",
    value: "<pixels>",
    help: "side of the central square that a masked reference keeps (0)",
    parse: whole({ min: 0, example: 8 }),
    path: "method.maskKeep",
    only: forAnchored,
  },
  {
    flag: "--mask-statistics",
    value: "<which>",
    help: "what moves BatchNorm's running statistics: ordinary (batches that are not masked) | all (the released code; by image) (ordinary)",
    parse: oneOf(maskStatistics),
    path: "method.maskStatistics",
    only: forAnchored,
  },
  {
    flag: "--mask-from",
    value: "<share>",
    help: "of the training up to which nothing is masked",
    parse: real({ min: 0, max: 1, example: 0.5 }),
    path: "method.maskFrom",
    only: forAnchored,
  },
  {
    flag: "--mask-to",
    value: "<share>",
    help: "of the training at which α is reached, rising linearly from 0 at --mask-from (at once)",
    parse: real({ min: 0, max: 1, example: 1 }),
    path: "method.maskTo",
    only: forAnchored,
  },
  {
    flag: "--references",
    value: "<policy>",
    help: "the reference set: all | N | classes:K | stratified:N; batch: the images of each step, in another order",
    parse: referencePolicy,
    path: "method.references",
    only: forAnchored,
  },
  {
    flag: "--references-from",
    value: "<source>",
    help: `${referenceSources.join(" | ")}: whose training images the reference set is; pretraining is the run --init`,
    parse: oneOf(referenceSources),
    path: "method.referenceSource",
    only: forAnchored,
  },
  {
    flag: "--reference-start",
    value: "<n>",
    help: "references at the start, of a set that grows (all)",
    parse: whole({ min: 1, example: 8 }),
    path: "method.referenceStart",
    only: forAnchored,
  },
  {
    flag: "--reference-growth",
    value: "<share>",
    help: "of the training in which it grows to all of --references",
    parse: real({ min: 0, max: 1, example: 0.5 }),
    path: "method.referenceGrowth",
    only: forAnchored,
  },
  {
    flag: "--references-per-image",
    value: "<n>",
    help: "rows of a batch that are one image, each under a reference of its own",
    parse: whole({ min: 1, example: 2 }),
    path: "method.referencesPerImage",
    only: forAnchored,
  },
  {
    flag: "--corrupt-references-every",
    value: "<n>",
    help: "batches: in every n-th the reference that is shown is augmented, the residual is to the clean one (0: never)",
    parse: whole({ min: 0, example: 5 }),
    path: "method.corruptReferencesEvery",
    only: forAnchored,
  },
  {
    flag: "--tied-start",
    help: "fresh weights that start as a standard network's, blind to references",
    path: "method.tiedStart",
    sets: true,
    only: forAnchored,
  },
  {
    flag: "--reference-count",
    value: "<n>",
    help: "references that the trained model keeps for predicting",
    parse: whole({ min: 1, example: 10 }),
    path: "method.referenceCount",
    only: forAnchored,
  },
  {
    flag: "--output",
    value: "<name>",
    help: `what is minimised, with standard options: ${outputNames.join(" | ")} (cross-entropy)`,
    parse: oneOf(outputNames),
    path: "method.output.name",
    only: forAnchored,
  },
  {
    flag: "--output-anchor",
    value: "<kind>",
    help: "oat: code (of the mean softmax; as released) | formula (softmax of the mean output; needs rates ten times lower)",
    parse: oneOf(["formula", "code"]),
    path: "method.anchor",
    only: forOat,
  },
  {
    flag: "--detach-anchor",
    help: "oat: no gradient through the anchor",
    path: "method.detachAnchor",
    sets: true,
    only: forOat,
  },
  {
    flag: "--warm-start-epochs",
    value: "<n>",
    help: "oat, mse-onehot, mse-scaled: of cross-entropy, before",
    parse: real({ min: 0, example: 1 }),
    path: "method.warmStartEpochs",
    only: forOutputs,
  },

  {
    flag: "--epochs",
    value: "<n>",
    help: "passes over the training images",
    parse: whole({ min: 1, example: 10 }),
    path: "epochs",
  },
  {
    flag: "--batch-size",
    value: "<n>",
    help: "images a step",
    parse: whole({ min: 1, example: 128 }),
    path: "batchSize",
  },
  {
    flag: "--init",
    value: "<run>",
    help: "start from the weights of a run folder, whose model, method and image size are kept unless given, of a .safetensors file under timm's names, or of a downloaded folder",
    parse: text,
    path: "init",
  },
  {
    flag: "--normalization",
    value: "<whose>",
    help: "data | init: statistics that images are normalised by (init where --init is a run)",
    parse: oneOf(["data", "init"]),
    path: "normalization",
  },
  {
    flag: "--augment",
    value: "<a,b>",
    help: `in this order, with their standard options, of ${augmentations.join(", ")} (crop, flip)`,
    parse: namedList(augmentations),
    path: "augment",
  },
  {
    flag: "--mix",
    value: "<a,b>",
    help: `images of a batch with one another, of ${mixers.join(", ")}; each batch takes one`,
    parse: namedList(mixers),
    path: "mix",
  },
  {
    flag: "--mixing-pictures",
    value: "<dir>",
    help: "pixMix: mix with the pictures in this folder, in place of fractals",
    parse: () => (folder) => resolve(folder),
    path: "mixingPictures",
  },
  {
    flag: "--repeated-augmentation",
    value: "<n>",
    help: "times that an image stands in an epoch, each time augmented anew; the epoch stays as long",
    parse: whole({ min: 1, max: 64, example: 3 }),
    path: "repeatedAugmentation",
  },
  {
    flag: "--label-smoothing",
    value: "<share>",
    help: "of the target, spread over all classes",
    parse: real({ min: 0, max: 0.99, example: 0.1 }),
    path: "labelSmoothing",
  },
  {
    flag: "--seed",
    value: "<n>",
    help: "of weights, order, augmentation, references",
    parse: whole({ example: 1 }),
    path: "seed",
  },
  {
    flag: "--threads",
    value: "<n>",
    help: "of the CPU (all)",
    parse: whole({ min: 1, max: 1024, example: 2 }),
    path: "threads",
  },
  {
    flag: "--device",
    value: "<name>",
    help: `what to train on: ${devices.join(" | ")}`,
    parse: oneOf(devices),
    path: "device",
  },
  {
    flag: "--precision",
    value: "<name>",
    help: "of the step: float32 | mixed (float16 where nothing is lost; refused where the device has it not)",
    parse: oneOf(precisions),
    path: "precision",
  },
  // Its path depends on the schedule: `peak` for one-cycle.
  {
    flag: "--learning-rate",
    value: "<rate>",
    help: "the highest that the schedule reaches (one-cycle: 0.2)",
    parse: positive(0.1),
    path: "schedule.learningRate",
  },
  {
    flag: "--milestones",
    value: "<e,e>",
    help: "multistep: epochs at which the rate falls",
    parse: wholeList({ min: 1, example: 60 }),
    path: "schedule.milestones",
    only: forSchedule("multistep"),
  },
  {
    flag: "--decay-factor",
    value: "<x>",
    help: "multistep: what it is multiplied by",
    parse: positive(0.2),
    path: "schedule.factor",
    only: forSchedule("multistep"),
  },
  {
    flag: "--warmup",
    value: "<share>",
    help: "one-cycle: share of the steps up to the peak",
    parse: real({ min: 0, max: 1, example: 0.3 }),
    path: "schedule.warmup",
    only: forSchedule("one-cycle"),
  },
  {
    flag: "--warmup-epochs",
    value: "<n>",
    help: "cosine, multistep: epochs of linear rise",
    parse: real({ min: 0, example: 5 }),
    path: "schedule.warmupEpochs",
    only: forSchedule("cosine", "multistep"),
  },
  {
    flag: "--minimum-rate",
    value: "<rate>",
    help: "cosine: where the curve ends",
    parse: real({ min: 0, example: 0 }),
    path: "schedule.minimum",
    only: forSchedule("cosine"),
  },
  {
    flag: "--momentum",
    value: "<x>",
    help: "sgd, muon: share of the last step that is kept (muon: 0.95)",
    parse: real({ min: 0, max: 0.9999, example: 0.9 }),
    path: "optimizer.momentum",
    only: forOptimizer("sgd", "muon"),
  },
  {
    flag: "--no-nesterov",
    help: "plain momentum in place of Nesterov's",
    path: "optimizer.nesterov",
    sets: false,
    only: forOptimizer("sgd"),
  },
  {
    flag: "--weight-decay",
    value: "<x>",
    help: "sgd: L2 penalty; decoupled for adamw (0.05), lion (0.5), muon (0.1)",
    parse: real({ min: 0, example: 5e-4 }),
    path: "optimizer.weightDecay",
  },
  {
    flag: "--no-decay-norms-and-biases",
    help: "sgd: weight decay on convolution and linear weights alone, as the others have it",
    path: "optimizer.decayNormsAndBiases",
    sets: false,
    only: forOptimizer("sgd"),
  },
  {
    flag: "--clip-norm",
    value: "<length>",
    help: "longest joint gradient; 0: no clipping",
    parse: real({ min: 0, example: 5 }),
    path: "clipNorm",
  },
  {
    flag: "--accumulate",
    value: "<n>",
    help: "parts of a batch, whose gradients are averaged before an update: for batches that memory cannot hold",
    parse: whole({ min: 1, example: 4 }),
    path: "accumulate",
  },
  {
    flag: "--average-decay",
    value: "<d>",
    help: "keep a moving average of the weights, too, and predict with it; 0: none",
    parse: real({ min: 0, max: 0.999999, example: 0.999 }),
    path: "averageDecay",
  },
  {
    flag: "--trainable",
    value: "<part>",
    help: "all | head (the classifier alone)",
    parse: oneOf(["all", "head"]),
    path: "trainable",
  },
  {
    flag: "--stochastic-depth",
    value: "<share>",
    help: "of images that skip the last residual branch, rising from the first",
    parse: real({ min: 0, max: 0.99, example: 0.1 }),
    path: "stochasticDepth",
  },
  {
    flag: "--dropout",
    value: "<share>",
    help: "of features that the classifier does not see",
    parse: real({ min: 0, max: 0.99, example: 0.1 }),
    path: "dropout",
  },
  {
    flag: "--bias-rate",
    value: "<x>",
    help: "sgd: times the learning rate, for biases",
    parse: positive(64),
    path: "optimizer.biasRate",
    only: forOptimizer("sgd"),
  },
  {
    flag: "--validate-every",
    value: "<epochs>",
    help: "epochs between validations, of anchored runs under one reference; 0: never",
    parse: whole({ min: 0, example: 1 }),
    path: "validateEvery",
  },
  {
    flag: "--log-every",
    value: "<steps>",
    help: "steps between lines of metrics.jsonl",
    parse: whole({ min: 1, example: 10 }),
    path: "logEvery",
  },
];

/** Every option of `train`. What a classification and a regression share means the same. */
export const trainFlags: readonly TrainFlag[] = withoutTwins([...classificationFlags, ...regressionFlags]);

/** Each flag once, for the choices of all that have it. */
function withoutTwins(flags: readonly TrainFlag[]): TrainFlag[] {
  const known = new Map<string, TrainFlag>();
  for (const flag of flags) {
    const twin = known.get(flag.flag);
    if (!twin) known.set(flag.flag, flag);
    else if (twin.only && flag.only)
      known.set(flag.flag, { ...twin, only: { ...twin.only, is: [twin.only.is, flag.only.is].flat() } });
  }
  return [...known.values()];
}

/** A flag for the command line; `standard` is shown as its default. */
export function toOption({ flag, value, help, parse }: TrainFlag, standard: unknown): Option {
  const shown = standard === undefined || typeof standard === "object" || !value ? "" : ` (default: ${standard})`;
  const option = new Option(value ? `${flag} ${value}` : flag, help + shown);
  return parse ? option.argParser(parse(flag)) : option;
}

/** The values that were typed, by the path of the field that they set. */
export function givenFlags(command: Command, flags: readonly TrainFlag[] = trainFlags): Map<string, unknown> {
  const given = new Map<string, unknown>();
  for (const { flag, path, sets } of flags) {
    const option = command.options.find(({ long }) => long === flag)!;
    const key = option.attributeName();
    if (command.getOptionValueSource(key) === "cli") given.set(path, sets ?? command.getOptionValue(key));
  }
  return given;
}
