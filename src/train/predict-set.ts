import type { Predictions } from "../core/index.ts";
import { HostArray, type HostArrays, type ImageSet, imageCount, UserError } from "../core/index.ts";
import { knownName } from "../core/internal.ts";
import { combineMembers } from "../evaluate/index.ts";
import { type AnchorSource, anchoredOptions, combineReferences, type Method, referenceRows } from "../methods/index.ts";
import { calibrateBySpread, readOutputs } from "../methods/internal.ts";
import type { Variables } from "../models/index.ts";
import type { RunRecord } from "../run/index.ts";
import type { Classification } from "../tasks/index.ts";
import type { Forward } from "./forward.ts";
import type { Group } from "./group/group.ts";
import { leadingReferences } from "./leading-references.ts";
import { columnsOf, meanOf, outputsUnder } from "./outputs-under.ts";
import { wantsPretrainingImages } from "./pretraining.ts";
import { type ReferenceChooser, residualPool, transductor } from "./transductor.ts";

/**
 * How an anchored model is asked: under one reference, under several, or under the one that bilinear transduction chooses.
 * @example
 * const predictor = await loadPredictor(run);
 * for (const protocol of protocols.slice(0, 2)) console.log(protocol, await predictor.predict(dataSet.test, { protocol }));
 */
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
  /** Whether to give the features, too, by the same pass. Default not. */
  readonly features?: boolean;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** What a set is predicted with. */
export interface PredictionParts {
  readonly forward: Forward;
  /** Of `withFeatures`; compiled where features are asked for. */
  readonly featuresForward?: Forward;
  readonly record: RunRecord;
  readonly method: Method<Classification>;
  readonly variables: Variables;
  /** [R, C, H, W] */
  readonly references: HostArray | undefined;
  /** [K] */
  readonly outputAnchor?: HostArray;
  /** What the network drops by, of `count` images from place `at` of a set under so many references; nothing where absent. */
  readonly noise?: (at: number, count: number, references: number) => HostArrays;
  /** Whose processes share the images out; all of them predict the same set at the same time. A process alone where absent. */
  readonly group?: Group;
  /** How a set's outputs come about, where not each by itself. */
  readonly outputs?: typeof outputsUnder;
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
        "options.protocol blt: it needs the residuals of training, but the references came from the pre-training; use k or single",
      );
    const policy = anchoredOptions(config.method)?.references ?? "all";
    const pool = residualPool(train, data.normalization, {
      size: residuals,
      seed: config.seed,
      referenceRows: referenceRows(policy, train, config.seed),
    });
    const chooser = await transductor(kept, pool, { batchSize: forward.batchSize(1), threads: forward.threads });
    try {
      const { logits, features } = await answersUnder(parts, chooser, set, options);
      return { ...result, logits: logits[0], features };
    } finally {
      await chooser.dispose();
    }
  }
  const { logits: byReference, features } = await answersUnder(parts, kept, set, options);
  if (parts.method.task.members > 1) {
    const { logits, doubts } = combineMembers(byReference.map((logits) => ({ ...result, logits })));
    return { ...result, logits: Float32Array.from(logits), doubts, features };
  }
  if (!kept || protocol === "single") return { ...result, logits: byReference[0], features };
  const { logits, uncertainty } = combineReferences(byReference);
  return {
    ...result,
    logits: calibrate ? calibrateBySpread(logits, uncertainty, classes) : logits,
    uncertainty,
    features,
  };
}

/**
 * [R, 1, C, H, W] the references that a protocol uses; `undefined` for methods without.
 * @throws UserError where more are asked for than are kept.
 */
export function keptReferences(
  { method, references }: Pick<PredictionParts, "references"> & { readonly method: Pick<Method, "name" | "anchored"> },
  protocol: NonNullable<PredictOptions["protocol"]>,
  k: number | undefined,
): HostArray | undefined {
  if (k !== undefined && !(Number.isInteger(k) && k >= 1)) throw new UserError(`--k ${k}: use a whole number ≥ 1`);
  if (!references) {
    if (method.anchored) throw new UserError(`${method.name}: the checkpoint keeps no references; train the run again`);
    return undefined;
  }
  const [count] = references.shape;
  if (protocol === "k" && k && k > count)
    throw new UserError(`--k ${k}: the checkpoint keeps ${count} references; use at most ${count}`);
  return leadingReferences(references, protocol === "single" ? 1 : protocol === "k" ? k : undefined);
}

/** Logits [N × K] of every image under each reference, R of them (1 for a chooser, and for methods without), or of each member. */
export const logitsUnder = async (
  parts: PredictionParts,
  references: HostArray | ReferenceChooser | undefined,
  set: ImageSet,
  options: Pick<PredictOptions, "predictionBatch" | "mirror" | "onProgress">,
): Promise<Float32Array[]> => (await answersUnder(parts, references, set, options)).logits;

/** As `logitsUnder`; and, where they are asked for, features [N × D], the mean over the references. */
async function answersUnder(
  parts: PredictionParts,
  references: HostArray | ReferenceChooser | undefined,
  set: ImageSet,
  {
    predictionBatch,
    features,
    ...options
  }: Pick<PredictOptions, "predictionBatch" | "mirror" | "features" | "onProgress">,
): Promise<{ logits: Float32Array[]; features?: Float32Array }> {
  const { method, record, featuresForward, outputs: outputsOf = outputsUnder } = parts;
  const classes = record.data.classNames.length;
  const source = anchorSource(parts, predictionBatch);
  const { members } = method.task;
  const ofMembers = (rows: Float32Array, width: number) =>
    Array.from({ length: members }, (_, m) => columnsOf(rows, width, m * classes, (m + 1) * classes));
  const read = (outputs: Float32Array) => readOutputs(method.task.output, outputs, classes, source);
  if (!features) {
    const outputs = await outputsOf(parts, references, set, options);
    return {
      logits: (members > 1 ? outputs.flatMap((rows) => ofMembers(rows, members * classes)) : outputs).map(read),
    };
  }
  if (!featuresForward) throw new TypeError("predict: features are asked for, but there is no program that gives them");
  const joined = await outputsUnder({ ...parts, forward: featuresForward }, references, set, options);
  const width = joined[0].length / imageCount(set);
  const [first, ...others] = joined.map((rows) => columnsOf(rows, width, members * classes, width));
  return {
    logits: joined.flatMap((rows) => ofMembers(rows, width)).map(read),
    features: meanOf(first, ...others),
  };
}

function anchorSource(
  { method, record: { config }, outputAnchor }: PredictionParts,
  batch: PredictOptions["predictionBatch"],
): AnchorSource {
  if (batch !== undefined && !method.task.output.reading?.anchor)
    throw new UserError(`options.predictionBatch ${batch}: ${method.name} predicts each image by itself; leave it out`);
  if (batch !== "stored") return { batch: batch ?? config.batchSize };
  if (!outputAnchor)
    throw new UserError(
      "options.predictionBatch stored: the checkpoint keeps no anchor of these weights, as it is not trained to its end or has no validation images; finish the training, or give a number",
    );
  return { anchor: outputAnchor.data };
}

/** [K] of the outputs on a whole image set, under the first reference. `undefined` where none is needed. */
export async function outputAnchorOf(parts: PredictionParts, set: ImageSet): Promise<HostArray | undefined> {
  const { anchor } = parts.method.task.output.reading ?? {};
  if (!anchor) return undefined;
  const [outputs] = await outputsUnder(parts, keptReferences(parts, "single", undefined), set);
  const classes = parts.record.data.classNames.length;
  return HostArray.float32([classes], Float32Array.from(anchor.host(outputs, classes)));
}
