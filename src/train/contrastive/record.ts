import { type DataSet, UserError } from "../../core/index.ts";
import { createMethod, type Method } from "../../methods/index.ts";
import { createDualEncoder, type DualEncoder } from "../../models/index.ts";
import { type RunConfig, type RunRecord, resolveConfig, runTask } from "../../run/index.ts";
import { describeRun, readStoredRecord, requireRegistered } from "../../run/internal.ts";
import { type ContrastiveOptions, contrastive } from "../../tasks/index.ts";
import type { RetrievedFacts } from "./retrieved-anchors.ts";

/** What `config.json` of a dual encoder's run folder holds. */
export interface ContrastiveRecord extends Omit<RunRecord, "config"> {
  readonly config: RunConfig & { readonly task: ContrastiveOptions };
  readonly texts: {
    /** Different ones that are said of the training images. */
    readonly count: number;
    /** Of what is said of each of them: a run is only resumed on the same. */
    readonly sha256: string;
    /** Of `tokenizer.json` beside it, and of `tokenizer_config.json` where it is there. */
    readonly tokenizer: string;
  };
  /** Of retrieved anchors. */
  readonly retrieved?: RetrievedFacts;
}

/** What the images of a run are said to be and are shown beside, for its record. */
export type PairFacts = Pick<ContrastiveRecord, "texts" | "retrieved">;

export interface DualNetwork {
  readonly encoder: DualEncoder;
  readonly method: Method;
}

/** The network that a record names. @throws UserError for images that the image tower cannot be shown */
export function buildDualEncoder({
  config,
  data,
}: Pick<ContrastiveRecord, "config"> & {
  readonly data: Pick<ContrastiveRecord["data"], "name" | "channels" | "height" | "width">;
}): DualNetwork {
  const { task, model, embedding, stochasticDepth, dropout } = config;
  const { channels, height, width } = data;
  if (height !== width) throw new UserError(`${data.name} has images of ${width}×${height}; only square ones are fed`);
  const method = createMethod(config.method, contrastive(task));
  const encoder = createDualEncoder(model, {
    inputChannels: method.inputChannels(channels),
    imageSize: height,
    embedding,
    stochasticDepth,
    dropout,
  });
  return { encoder, method };
}

export const describeContrastive = (
  config: ContrastiveRecord["config"],
  dataSet: DataSet,
  facts: PairFacts,
  ranks: number,
): ContrastiveRecord => ({ ...describeRun(config, dataSet, { ranks }), config, ...facts });

/**
 * Reads what a run folder says of a dual encoder that was trained there.
 * @throws UserError where `run` is no run folder, its config.json is damaged, or it is of another task
 * @example
 * const { config, data } = readContrastiveRun("runs/pairs");
 */
export function readContrastiveRun(run: string): ContrastiveRecord {
  const record = readStoredRecord<ContrastiveRecord>(run);
  if (record?.config?.task?.name !== "contrastive")
    throw new UserError(`${run} is no dual encoder: it is a ${record?.config?.task?.name ?? "classification"}`);
  requireRegistered(run, record);
  return { ...record, config: resolveConfig(record.config) as ContrastiveRecord["config"] };
}

/**
 * Whether a folder holds a run of a dual encoder.
 * @example
 * if (isDualEncoderRun("runs/pairs")) console.log(readContrastiveRun("runs/pairs").texts.count);
 */
export const isDualEncoderRun = (run: string): boolean => runTask(run) === "contrastive";
