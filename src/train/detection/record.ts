import { createHash } from "node:crypto";
import { type DataSet, type ObjectBoxes, UserError } from "../../core/index.ts";
import { createMethod, type Method } from "../../methods/index.ts";
import { CENTER_NET_STRIDE, centerNet, createModel, type Model } from "../../models/index.ts";
import { type RunConfig, type RunRecord, resolveConfig } from "../../run/index.ts";
import { describeRun, readStoredRecord, requireRegistered } from "../../run/internal.ts";
import {
  type DetectionOptions,
  detection,
  type MapShape,
  type Task,
  type ValidatedDetection,
} from "../../tasks/index.ts";

/** What `config.json` of a detector's run folder holds. */
export interface DetectionRecord extends Omit<RunRecord, "config"> {
  readonly config: RunConfig & { readonly task: DetectionOptions };
  readonly boxes: {
    /** On the training images. */
    readonly count: number;
    /** Of them and their classes: a run is only resumed and judged on the same. */
    readonly sha256: string;
  };
}

/** SHA-256 of boxes, their classes and images. */
export function boxesSha256({ first, boxes, index, crowd }: ObjectBoxes): string {
  const hash = createHash("sha256");
  for (const { buffer, byteOffset, byteLength } of [first, boxes, index, ...(crowd ? [crowd] : [])])
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest("hex");
}

export const describeDetection = (
  config: DetectionRecord["config"],
  dataSet: DataSet,
  ranks: number,
): DetectionRecord => {
  const boxes = dataSet.train.boxes!;
  return {
    ...describeRun(config, dataSet, { ranks }),
    config,
    boxes: { count: boxes.index.length, sha256: boxesSha256(boxes) },
  };
};

export interface DetectorNetwork {
  readonly model: Model;
  readonly method: Method<Task<ValidatedDetection>>;
  /** Of its maps. */
  readonly shape: MapShape;
}

/** The network that a record names. @throws UserError for a model that gives no maps, or images that it cannot be shown */
export function buildDetector({
  config,
  data,
}: Pick<DetectionRecord, "config"> & {
  readonly data: Pick<DetectionRecord["data"], "name" | "classNames" | "channels" | "height" | "width">;
}): DetectorNetwork {
  const { task, model: name, stochasticDepth, dropout } = config;
  const { classNames, channels, height, width } = data;
  if (height !== width) throw new UserError(`${data.name} has images of ${width}×${height}; only square ones are fed`);
  const classes = classNames.length;
  const side = Math.floor(height / CENTER_NET_STRIDE);
  const shape = { classes, rows: side, columns: side };
  const method = createMethod(config.method, detection(task, shape));
  const body = createModel(name, {
    inputChannels: method.inputChannels(channels),
    classes: 1,
    imageSize: height,
    stochasticDepth,
    dropout,
  });
  return { model: centerNet(body, { classes, imageSize: height }), method, shape };
}

/**
 * Reads what a run folder says of a detector: its options, classes, images.
 * @throws UserError where `run` is no run folder, its config.json is damaged, or it is of another task
 * @example
 * const { config, data } = readDetectionRun("runs/scenes");
 * console.log(config.model, data.classNames);
 */
export function readDetectionRun(run: string): DetectionRecord {
  const record = readStoredRecord<DetectionRecord>(run);
  if (record?.config?.task?.name !== "detection")
    throw new UserError(`${run} is no detector: it is a ${record?.config?.task?.name ?? "classification"}`);
  requireRegistered(run, record);
  return { ...record, config: resolveConfig(record.config) as DetectionRecord["config"] };
}
