import type { numpy as np } from "@jax-js/jax";
import { HostArray, type Normalization, UserError } from "../core/index.ts";
import { ArraySpec, exportOnnx } from "../engine/index.ts";
import { logScores } from "../methods/index.ts";
import { buildNetwork, keptReferences, type LoadedRun, loadRun, type PredictorOptions } from "../train/index.ts";
import { cardToMetadata, FORMAT, type ModelCard } from "./card.ts";
import { classifier } from "./classifier.ts";

export interface ExportOptions {
  /** `single`: the first kept reference; `k`: K of them. Default `k`. Methods without references have only one way. */
  readonly protocol?: "single" | "k";
  /** References of `k`; default all that the run keeps. */
  readonly k?: number;
  /** Divides the logits before the softmax; default 1. */
  readonly temperature?: number;
  /** `float16` stores weights and references in half the bytes; computed is in float32 all the same. Default `float32`. */
  readonly precision?: "float32" | "float16";
  /** Default: the average where the run keeps one. */
  readonly weights?: PredictorOptions["weights"];
}

/**
 * A run as one ONNX file for uint8 images [N, H, W, C] of any N: see docs/export.md.
 * @throws UserError where the run is missing, damaged or has diverged, lacks the anchor that its outputs are read
 * relative to (OAT), or more references are asked for than are kept.
 */
export const exportRun = (run: string, options: ExportOptions = {}): Promise<Uint8Array> =>
  exportClassifier(loadRun(run, options), options);

/** As `exportRun`, from what was loaded. */
export async function exportClassifier(loaded: LoadedRun, options: ExportOptions = {}): Promise<Uint8Array> {
  const { record, variables, references: kept, outputAnchor } = loaded;
  const { protocol = "k", k, temperature = 1, precision = "float32" } = options;
  if (!(temperature > 0 && Number.isFinite(temperature)))
    throw new UserError(`temperature ${temperature}: must be a number above 0`);
  for (const [name, { data }] of Object.entries({ ...variables.params, ...variables.state }))
    if (data.some((value) => !Number.isFinite(value)))
      throw new UserError(
        `${name} is not finite: the training diverged; train again, e.g. with a smaller learning rate`,
      );
  const network = buildNetwork(record);
  const references = keptReferences({ method: network.method, references: kept }, protocol, k);
  const count = references?.shape[0] ?? 0;
  const { reading } = network.method.output;
  if (reading?.anchor && !outputAnchor)
    throw new UserError(
      `${network.method.name}: the run keeps no anchor of these weights, which its outputs are read relative to; finish its training, with validation images`,
    );
  const { height, width, channels, normalization } = record.data;
  const example = (batch: number) => ({
    images: new ArraySpec([batch, height, width, channels]),
    ...pixelMap(normalization),
    temperature: HostArray.scalar(temperature),
    ...(references && { references }),
    ...(reading?.anchor && { output_anchor: outputAnchor! }),
    ...variables,
  });
  const read = reading && ((outputs: np.Array, anchor?: np.Array) => logScores(reading.scores(outputs, anchor)));
  return exportOnnx(classifier({ ...network, references: count, read }), example, {
    bytes: ["images"],
    names: { label: record.data.classNames },
    float16: precision === "float16" ? isLarge : undefined,
    metadata: cardToMetadata(cardOf(loaded, { protocol, temperature, precision, references: count })),
  });
}

/** (x / 255 − mean) / std as scale · x + shift, each [1, C, 1, 1]. */
function pixelMap({ mean, std }: Normalization) {
  const perChannel = (value: (c: number) => number) =>
    HostArray.float32(
      [1, mean.length, 1, 1],
      mean.map((_, c) => value(c)),
    );
  return {
    pixel_scale: perChannel((c) => 1 / (255 * std[c])),
    pixel_shift: perChannel((c) => -mean[c] / std[c]),
  };
}

const LARGEST_FLOAT16 = 65504;

/**
 * Convolutions, matrices and references: where the bytes are. What has one number a channel (BatchNorm, biases) keeps
 * its 32 bits, and so does what float16 cannot hold.
 */
const isLarge = (_name: string, { shape, data }: HostArray): boolean =>
  shape.length >= 2 && data.length > 64 && data.every((value) => Math.abs(value) <= LARGEST_FLOAT16);

type Chosen = Pick<ModelCard, "protocol" | "temperature" | "precision" | "references">;

function cardOf({ record: { config, data }, variables, weights }: LoadedRun, chosen: Chosen): ModelCard {
  const { classNames: classes, height, width, channels, normalization, title, trainImages } = data;
  return {
    format: FORMAT,
    name: `${config.model} ${config.method.name} on ${title}`,
    classes: [...classes],
    height,
    width,
    channels,
    normalization: { mean: [...normalization.mean], std: [...normalization.std] },
    model: config.model,
    method: config.method.name,
    ...chosen,
    score: chosen.references >= 2 ? "reference-std" : "one-minus-confidence",
    weights,
    data: title,
    trainImages,
    parameters: Object.values(variables.params).reduce((sum, array) => sum + array.data.length, 0),
  };
}
