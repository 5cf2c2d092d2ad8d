import { normalizeImages } from "../augment/index.ts";
import type { Predictions } from "../core/index.ts";
import {
  checkImageSet,
  HostArray,
  type ImageSet,
  imageCount,
  knownName,
  type Normalization,
  UserError,
} from "../core/index.ts";
import {
  type AnchorSource,
  anchoredOptions,
  calibrateBySpread,
  combineReferences,
  type Method,
  readOutputs,
  referenceRows,
} from "../methods/index.ts";
import type { Variables } from "../models/index.ts";
import type { RunRecord } from "../run/index.ts";
import type { Forward } from "./forward.ts";
import { wantsPretrainingImages } from "./pretraining.ts";
import { type ReferenceChooser, residualPool, transductor } from "./transductor.ts";

export const protocols = ["single", "k", "blt"] as const;

export interface PredictOptions {
  /**
   * `single`: the first kept reference. `k`: K kept references, each shared by all images; mean of their logits, std of
   * their sigmoids. `blt`: for each image the kept reference that bilinear transduction chooses; needs `train`. Methods
   * without references have only one way. Default `k`.
   */
  readonly protocol?: (typeof protocols)[number];
  /** References of `k`; default all that the checkpoint keeps. */
  readonly k?: number;
  /** `k`: scales the logits down by the spread over references, as the ImageNet code does. */
  readonly calibrate?: boolean;
  /** `blt`: the training images, from which residuals are sampled. */
  readonly train?: ImageSet;
  /** `blt`: how many residuals; default 200. */
  readonly residuals?: number;
  /** Test-time augmentation: outputs are the mean of those of the image and of its mirror image. Default not. */
  readonly mirror?: boolean;
  /**
   * Outputs that are read relative to an anchor (OAT): images whose outputs give one anchor, drawn in an order that is
   * always the same; `stored`: all by the one that the checkpoint keeps. Default: the batch size of the training.
   */
  readonly predictionBatch?: number | "stored";
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** What a set is predicted with. */
export interface PredictionParts {
  readonly forward: Forward;
  readonly record: RunRecord;
  readonly method: Method;
  readonly variables: Variables;
  /** [R, C, H, W] */
  readonly references: HostArray | undefined;
  /** [K] */
  readonly outputAnchor?: HostArray;
}

export async function predictSet(
  parts: PredictionParts,
  set: ImageSet,
  { protocol = "k", k, calibrate, train, residuals = 200, ...options }: PredictOptions = {},
): Promise<Predictions> {
  knownName("protocol", protocol, protocols);
  const { forward, record } = parts;
  const classes = record.data.classNames.length;
  const result = { set: set.name, labels: set.labels, classes };
  const kept = keptReferences(parts, protocol, k);
  if (kept && protocol === "blt") {
    if (!train) throw new UserError("predict: protocol blt needs the training images; give them as `train`");
    const { config, data } = record;
    if (wantsPretrainingImages(config))
      throw new UserError(
        "--protocol blt: it needs the residuals of training, but the references came from the pre-training; use k or single",
      );
    const policy = anchoredOptions(config.method)?.references ?? "all";
    const pool = residualPool(train, data.normalization, {
      size: residuals,
      seed: config.seed,
      referenceRows: referenceRows(policy, train, config.seed),
    });
    const chooser = await transductor(kept, pool, { batchSize: forward.batchSize(1), threads: forward.threads });
    try {
      const [logits] = await logitsUnder(parts, chooser, set, options);
      return { ...result, logits };
    } finally {
      await chooser.dispose();
    }
  }
  const byReference = await logitsUnder(parts, kept, set, options);
  if (!kept || protocol === "single") return { ...result, logits: byReference[0] };
  const { logits, uncertainty } = combineReferences(byReference);
  return { ...result, logits: calibrate ? calibrateBySpread(logits, uncertainty, classes) : logits, uncertainty };
}

/**
 * [R, 1, C, H, W] the references that a protocol uses; `undefined` for methods without.
 * @throws UserError where more are asked for than are kept.
 */
export function keptReferences(
  { method, references }: Pick<PredictionParts, "method" | "references">,
  protocol: NonNullable<PredictOptions["protocol"]>,
  k: number | undefined,
): HostArray | undefined {
  if (k !== undefined && !(Number.isInteger(k) && k >= 1)) throw new UserError(`--k ${k}: use a whole number ≥ 1`);
  if (!references) {
    if (method.anchored) throw new UserError(`${method.name}: the checkpoint keeps no references; train the run again`);
    return undefined;
  }
  const [count, ...image] = references.shape;
  if (protocol === "k" && k && k > count)
    throw new UserError(`--k ${k}: the checkpoint keeps ${count} references; use at most ${count}`);
  const used = protocol === "single" ? 1 : protocol === "k" ? (k ?? count) : count;
  const size = references.data.length / count;
  return HostArray.float32([used, 1, ...image], (references.data as Float32Array).subarray(0, used * size));
}

const isChooser = (references: HostArray | ReferenceChooser | undefined): references is ReferenceChooser =>
  references !== undefined && "choose" in references;

/** Logits [N × K] of every image under each reference, R of them (1 for a chooser, and for methods without). */
export async function logitsUnder(
  parts: PredictionParts,
  references: HostArray | ReferenceChooser | undefined,
  set: ImageSet,
  { predictionBatch, ...options }: Pick<PredictOptions, "predictionBatch" | "mirror" | "onProgress">,
): Promise<Float32Array[]> {
  const { output } = parts.method;
  const source = anchorSource(parts, predictionBatch);
  const byReference = await outputsUnder(parts, references, set, options);
  return byReference.map((outputs) => readOutputs(output, outputs, parts.record.data.classNames.length, source));
}

function anchorSource(
  { method, record: { config }, outputAnchor }: PredictionParts,
  batch: PredictOptions["predictionBatch"],
): AnchorSource {
  if (batch !== undefined && !method.output.reading?.anchor)
    throw new UserError(`--prediction-batch ${batch}: ${method.name} predicts each image by itself; leave it out`);
  if (batch !== "stored") return { batch: batch ?? config.batchSize };
  if (!outputAnchor)
    throw new UserError(
      "--prediction-batch stored: the checkpoint keeps no anchor of these weights, as it is not trained to its end or has no validation images; finish the training, or give a number",
    );
  return { anchor: outputAnchor.data };
}

/** [K] of the outputs on a whole image set, under the first reference. `undefined` where none is needed. */
export async function outputAnchorOf(parts: PredictionParts, set: ImageSet): Promise<HostArray | undefined> {
  const { anchor } = parts.method.output.reading ?? {};
  if (!anchor) return undefined;
  const [outputs] = await outputsUnder(parts, keptReferences(parts, "single", undefined), set);
  const classes = parts.record.data.classNames.length;
  return HostArray.float32([classes], Float32Array.from(anchor.host(outputs, classes)));
}

/** As `logitsUnder`, the network's outputs [N × O] as they are. @throws UserError for images of another shape */
export async function outputsUnder(
  { forward, record: { data }, variables }: Pick<PredictionParts, "forward" | "record" | "variables">,
  references: HostArray | ReferenceChooser | undefined,
  set: ImageSet,
  { mirror = false, onProgress }: Pick<PredictOptions, "mirror" | "onProgress"> = {},
): Promise<Float32Array[]> {
  checkImages(set, data);
  checkImageSet(set);
  const total = imageCount(set);
  const count = references && !isChooser(references) ? references.shape[0] : 1;
  const byReference: Float32Array[] = Array.from({ length: count }, () => new Float32Array());
  const batchSize = forward.batchSize(count);
  for (let at = 0; at < total; at += batchSize) {
    const images = paddedBatch(set, at, batchSize, data.normalization);
    const filled = Math.min(batchSize, total - at);
    const run = async (images: HostArray) =>
      forward.run(variables, images, isChooser(references) ? await references.choose(images) : references);
    const own = await run(images);
    const outputs = mirror ? meanOf(own, await run(mirrored(images))) : own;
    const width = outputs.length / (count * batchSize);
    for (let r = 0; r < count; r++) {
      if (at === 0) byReference[r] = new Float32Array(total * width);
      const first = r * batchSize * width;
      byReference[r].set(outputs.subarray(first, first + filled * width), at * width);
    }
    onProgress?.({ done: at + filled, total });
  }
  return byReference;
}

function checkImages(set: ImageSet, { channels, height, width }: RunRecord["data"]): void {
  if (set.channels !== channels || set.height !== height || set.width !== width)
    throw new UserError(
      `${set.name} has ${set.width}×${set.height} images of ${set.channels} channels, the model was trained on ${width}×${height} of ${channels}; convert them with matchImages`,
    );
}

const meanOf = (a: Float32Array, b: Float32Array): Float32Array => a.map((value, i) => (value + b[i]) / 2);

/** Images [N, C, H, W], each row of pixels from right to left. */
function mirrored({ shape, data }: HostArray): HostArray {
  const width = shape[3];
  const turned = Float32Array.from(data as Float32Array);
  for (let at = 0; at < turned.length; at += width) turned.subarray(at, at + width).reverse();
  return HostArray.float32(shape, turned);
}

function paddedBatch(set: ImageSet, from: number, size: number, normalization: Normalization): HostArray {
  const last = imageCount(set) - 1;
  const rows = Int32Array.from({ length: size }, (_, i) => Math.min(from + i, last));
  const shape = [size, set.channels, set.height, set.width];
  return HostArray.float32(shape, normalizeImages(set, rows, normalization));
}
