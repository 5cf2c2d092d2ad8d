import { existsSync } from "node:fs";
import type { OptionTable } from "../augment/index.ts";
import { augmentationTable, mixerTable, optionNames } from "../augment/internal.ts";
import { type DataSet, imageCount, type Normalization, UserError } from "../core/index.ts";
import { dataOptionNames, dataSetNames, type Pictures } from "../data/index.ts";
import { runPaths } from "../files/index.ts";
import { fingerprintOf } from "../files/internal.ts";
import { type RunConfig, type RunConfigInput, resolveConfig } from "./config.ts";
import { modulesFor, requireRegistered } from "./registered.ts";
import { refusedDualEncoder } from "./run-task.ts";
import { damagedRecord, readStoredRecord } from "./stored-record.ts";

/**
 * Whether a folder holds a run, whole or begun.
 * @example
 * await trainRun(run, config, { resume: holdsRun(run) });
 */
export const holdsRun = (run: string): boolean =>
  existsSync(runPaths(run).config) || existsSync(runPaths(run).checkpoint);

/**
 * What a run keeps in its own folder of the run that it starts from: enough to feed images as that one did, and to find
 * the training set that its references came from.
 */
export interface Pretraining {
  readonly data: RunConfig["data"];
  /** Its reference policy; `all` where it was trained without references. */
  readonly references: string;
  readonly seed: number;
  readonly normalization: Normalization;
  /** Of its training images and labels. */
  readonly sha256: string;
}

/** What `config.json` of a run folder holds: all that is needed to use the checkpoint beside it. */
export interface RunRecord {
  readonly config: RunConfig;
  readonly data: {
    readonly name: string;
    readonly title: string;
    readonly classNames: readonly string[];
    readonly channels: number;
    readonly height: number;
    readonly width: number;
    readonly normalization: Normalization;
    readonly trainImages: number;
    readonly validationImages: number;
    /** SHA-256 of the training images and labels: all that uses a run's data holds them to it. */
    readonly sha256: string;
  };
  /** Earlier training data, where a resumed run was made to go on with others. */
  readonly dataBefore?: readonly {
    readonly untilStep: number;
    readonly trainImages: number;
    readonly sha256: string;
  }[];
  /** Processes that train it together, where there are several; BatchNorm's statistics are those of their parts of a batch. */
  readonly ranks?: number;
  /** Earlier numbers of them, where a resumed run went on with others. */
  readonly ranksBefore?: readonly { readonly untilStep: number; readonly ranks: number; readonly threads: number }[];
  /** Files that registered what the config names, where it names what is not built in. */
  readonly modules?: readonly string[];
  /** Of the run that this one started from. */
  readonly pretraining?: Pretraining;
  /** The pictures of `config.mixingPictures` as they were. */
  readonly mixingPictures?: {
    readonly count: number;
    /** Of their bytes. */
    readonly sha256: string;
  };
  /** Where the weights were drawn of what a run collected (SWAG): which of the samples they are. */
  readonly sampled?: { readonly from: string; readonly sample: number; readonly seed: number; readonly scale: number };
  /** Where the weights lie between those of two runs (WiSE-FT): `at` 0 is the first, 1 the second. */
  readonly interpolated?: { readonly from: string; readonly to: string; readonly at: number };
  /** Where it was made of a dual encoder and the names of the classes, and nothing was trained for it. */
  readonly zeroShot?: {
    readonly from: string;
    /** Ways in which each class is named. */
    readonly templates: readonly string[];
    /** What classes are called in them, in their order, where not by their own names. */
    readonly names?: readonly string[];
  };
  /** Where BatchNorm's running statistics were taken anew after training: of which run, over how many batches. */
  readonly recalibrated?: {
    readonly from: string;
    readonly batches: number;
    /** SHA-256 of the training images, where they are not those of the training. */
    readonly otherData?: string;
  };
}

export function describeRun(
  config: RunConfig,
  { name, title, train, validation, normalization }: DataSet,
  {
    pretraining,
    pictures,
    ranks = 1,
  }: { readonly pretraining?: Pretraining; readonly pictures?: Pictures; readonly ranks?: number } = {},
): RunRecord {
  const { classNames, channels, height, width } = train;
  const [trainImages, validationImages] = [imageCount(train), imageCount(validation)];
  const modules = modulesFor(config);
  return {
    config,
    ...(ranks > 1 && { ranks }),
    ...(modules && { modules }),
    data: {
      name,
      title,
      classNames,
      channels,
      height,
      width,
      normalization,
      trainImages,
      validationImages,
      sha256: fingerprintOf(train),
    },
    ...(pretraining && { pretraining }),
    ...(pictures && { mixingPictures: { count: pictures.images.length, sha256: pictures.sha256 } }),
  };
}

/**
 * Reads what a run folder says of the run: its options, data, parameters.
 * @throws UserError where `run` is no run folder, its config.json is damaged, or it is of another task.
 * @example
 * const { config, data } = readRun(run);
 * console.log(config.model, data.classNames);
 */
export function readRun(run: string): RunRecord {
  const record = readStoredRecord<RunRecord>(run);
  if (record?.config?.task?.name === "contrastive") throw refusedDualEncoder(run);
  if (record?.config?.task)
    throw new UserError(
      `${run} is a ${record.config.task.name}, and this is for classifications; it is known to evaluate, report, export, predict and serve`,
    );
  if (!record?.config || !record.data?.normalization)
    throw damagedRecord(run, new Error("it lacks the description of the data"));
  requireRegistered(run, record);
  try {
    return { ...record, config: resolveConfig(withFormerDefaults(record.config)) };
  } catch (error) {
    throw damagedRecord(run, error);
  }
}

/** The config of a stored run, with the values that its absent fields had when they did not exist. */
export function withFormerDefaults<C extends RunConfigInput>(config: C): C {
  const { data, method, augment, mix } = config;
  return {
    ...config,
    data: (dataSetNames as string[]).includes(data.name) ? pick(data, dataOptionNames(data.name)) : data,
    ...(augment && { augment: onlyKnown(augmentationTable, augment) }),
    ...(mix && { mix: onlyKnown(mixerTable, mix) }),
    ...(method?.name === "anchored" &&
      method.maskStatistics === undefined && { method: { ...method, maskStatistics: "all" } }),
  };
}

type Named = NonNullable<RunConfigInput["mix"]>[number];

/** Without the options that an entry does not have: they were once accepted, and changed nothing. */
const onlyKnown = (table: OptionTable, list: readonly Named[]): Named[] =>
  list.map(({ name, options = {}, ...rest }) => {
    const known = name in table ? optionNames(table, name) : Object.keys(options);
    return { name, options: pick(options, known), ...rest };
  });

const pick = <T extends object>(fields: T, names: readonly string[]): T =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name))) as T;
