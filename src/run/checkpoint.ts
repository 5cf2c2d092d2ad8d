import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { type HostArray, type HostArrays, UserError } from "../core/index.ts";
import { decodeSafetensors, encodeSafetensors } from "../files/index.ts";
import { writeFileAtomic } from "../files/internal.ts";
import type { Model, Variables } from "../models/index.ts";
import type { Sums } from "../tasks/index.ts";

/** Everything that a step moves. */
export interface TrainState extends Variables {
  /** The optimizer's memory, e.g. `{ momentum: { "conv1.weight": … } }`; none for frozen parameters. */
  readonly slots: Record<string, HostArrays>;
  /** The exponential moving average of `params` and `state`, where one is kept. */
  readonly average?: Variables;
}

/** What SWAG (Maddox et al. 2019) collects of the weights at the ends of epochs. */
export interface SwagMoments {
  /** How many. */
  readonly snapshots: number;
  readonly mean: HostArrays;
  /** Divisor n. */
  readonly variance: HostArrays;
  /** Of the last ones, from the mean of their time; the oldest first. */
  readonly deviations: readonly HostArrays[];
}

/** How far a run is, and what its current epoch has summed up so far. */
export interface Progress {
  /** Steps taken, over all epochs. */
  readonly step: number;
  /** Of the epoch under way; 0 at its start. */
  readonly epochLossSum: number;
  /** Of what the task counts. */
  readonly epochSums: Sums;
  /** Training time so far, over all sessions. */
  readonly seconds: number;
}

export interface Checkpoint extends TrainState {
  readonly progress: Progress;
  /** Of runs that collect their weights, once they have begun. */
  readonly swag?: SwagMoments;
  /** [R, C, H, W] normalised float32; absent for methods without references. */
  readonly references?: HostArray;
  /** [R, D] standardised targets of the references, of a regression. */
  readonly referenceTargets?: HostArray;
  /**
   * [K] of the validation images by the weights that predict, for outputs that are read relative to an anchor; kept once
   * a run is trained to its end.
   */
  readonly outputAnchor?: HostArray;
}

const FORMAT = "anchored-checkpoint/1";
const REFERENCES = "references";
const REFERENCE_TARGETS = "reference_targets";
const OUTPUT_ANCHOR = "output_anchor";
/** Averaged parameters and state, under `average.<name>`. */
const AVERAGE = "average.";
/** Moments under `swag.mean.<name>`, `swag.variance.<name>`, `swag.deviation-<i>.<name>`. */
const SWAG = /^swag\.(mean|variance|deviation-(\d+))\.(.+)$/;
/** What is kept beside the weights. */
const besides: ReadonlySet<string> = new Set([REFERENCES, REFERENCE_TARGETS, OUTPUT_ANCHOR]);
const SLOT = /^optimizer\.([^.]+)\.(.+)$/;

/**
 * One safetensors file: parameters and state under timm's names, `optimizer.momentum.<parameter>`, `references`; the
 * progress and a SHA-256 of everything in the metadata. Written aside, flushed, renamed.
 */
export const saveCheckpoint = (path: string, checkpoint: Checkpoint): void =>
  writeFileAtomic(path, encodeCheckpoint(checkpoint));

/** The bytes of such a file. */
export function encodeCheckpoint({
  params,
  state,
  slots,
  average,
  swag,
  references,
  referenceTargets,
  outputAnchor,
  progress,
}: Checkpoint): Uint8Array {
  const tensors: HostArrays = { ...params, ...state };
  for (const [slot, arrays] of Object.entries(slots))
    for (const [name, array] of Object.entries(arrays)) tensors[`optimizer.${slot}.${name}`] = array;
  for (const [name, array] of Object.entries({ ...average?.params, ...average?.state }))
    tensors[AVERAGE + name] = array;
  for (const [part, arrays] of swag ? swagParts(swag) : [])
    for (const [name, array] of Object.entries(arrays)) tensors[`swag.${part}.${name}`] = array;
  if (references) tensors[REFERENCES] = references;
  if (referenceTargets) tensors[REFERENCE_TARGETS] = referenceTargets;
  if (outputAnchor) tensors[OUTPUT_ANCHOR] = outputAnchor;
  const metadata = {
    format: FORMAT,
    state: JSON.stringify(Object.keys(state)),
    progress: JSON.stringify(progress),
    ...(swag && { swag: String(swag.snapshots) }),
  };
  const sha256 = digest(tensors, metadata);
  return encodeSafetensors(tensors, { ...metadata, sha256 });
}

/**
 * Reads all that a run is resumed from: weights, state, the optimizer's slots, references.
 * @throws UserError naming the file where it is missing, truncated, damaged or not a checkpoint of ours.
 * @example
 * const { params, progress, references } = loadCheckpoint(runPaths(run).checkpoint);
 * console.log(progress.step, params["fc.weight"]?.shape, references?.shape);
 */
export function loadCheckpoint(path: string): Checkpoint {
  if (!existsSync(path)) throw new UserError(`checkpoint ${path}: no such file; train the run first`);
  return decodeCheckpoint(path, readFileSync(path));
}

/** What `encodeCheckpoint` made. @throws UserError naming `path`, as `loadCheckpoint` */
export function decodeCheckpoint(path: string, bytes: Uint8Array): Checkpoint {
  const refuse = (why: string) => new UserError(`checkpoint ${path}: ${why}`);
  let file: ReturnType<typeof decodeSafetensors>;
  try {
    file = decodeSafetensors(bytes);
  } catch (error) {
    throw refuse(`${(error as Error).message}; restore a copy or train again`);
  }
  const { tensors, metadata } = file;
  const { sha256, ...rest } = metadata;
  if (metadata.format !== FORMAT) throw refuse(`not written by anchored (its format is not ${FORMAT})`);
  if (digest(tensors, rest) !== sha256) throw refuse("damaged: its checksum is wrong; restore a copy or train again");

  const stateNames = new Set<string>(JSON.parse(metadata.state));
  const params: HostArrays = {};
  const state: HostArrays = {};
  const slots: Record<string, HostArrays> = {};
  const average: Variables = { params: {}, state: {} };
  const swag = {
    snapshots: Number(metadata.swag),
    mean: {} as HostArrays,
    variance: {} as HostArrays,
    deviations: [] as HostArrays[],
  };
  for (const [name, array] of Object.entries(tensors)) {
    const [, slot, param] = SLOT.exec(name) ?? [];
    const [, part, deviation, weight] = SWAG.exec(name) ?? [];
    if (metadata.swag !== undefined && part) {
      if (deviation) swag.deviations[Number(deviation)] ??= {};
      (deviation ? swag.deviations[Number(deviation)] : swag[part as "mean" | "variance"])[weight] = array;
    } else if (slot) {
      slots[slot] ??= {};
      slots[slot][param] = array;
    } else if (name.startsWith(AVERAGE)) {
      const own = name.slice(AVERAGE.length);
      (stateNames.has(own) ? average.state : average.params)[own] = array;
    } else if (!besides.has(name)) (stateNames.has(name) ? state : params)[name] = array;
  }
  return {
    params,
    state,
    slots,
    ...(Object.keys(average.params).length > 0 && { average }),
    ...(metadata.swag !== undefined && { swag }),
    references: tensors[REFERENCES],
    referenceTargets: tensors[REFERENCE_TARGETS],
    outputAnchor: tensors[OUTPUT_ANCHOR],
    progress: progressOf(JSON.parse(metadata.progress)),
  };
}

const swagParts = ({ mean, variance, deviations }: SwagMoments): [string, HostArrays][] => [
  ["mean", mean],
  ["variance", variance],
  ...deviations.map((own, i) => [`deviation-${i}`, own] as [string, HostArrays]),
];

/** Older checkpoints know of one sum, a classification's `epochCorrect`. */
function progressOf({ epochCorrect, ...progress }: Progress & { readonly epochCorrect?: number }): Progress {
  return epochCorrect === undefined ? progress : { ...progress, epochSums: { correct: epochCorrect } };
}

/**
 * What predicts: the moving average where the run keeps one and not the `raw` weights are asked for; `kind` is absent
 * where it has but one.
 * @throws UserError for an average that is not there
 */
export function chooseWeights(
  run: string,
  { params, state, average }: TrainState,
  asked?: "average" | "raw",
): Variables & { readonly kind?: "average" | "raw" } {
  if (average) return asked === "raw" ? { params, state, kind: "raw" } : { ...average, kind: "average" };
  if (asked === "average")
    throw new UserError(`options.weights average: ${run} keeps none; train it with config.averageDecay, or use raw`);
  return { params, state };
}

/** @throws UserError where a checkpoint's names or shapes are not this model's. */
export function checkVariables(path: string, found: Variables, model: Pick<Model, "name" | "shapes">): void {
  const expected = model.shapes();
  const have = new Map(
    Object.entries({ ...found.params, ...found.state }).map(([name, { shape }]) => [name, `[${shape}]`]),
  );
  const want = new Map(
    Object.entries({ ...expected.params, ...expected.state }).map(([name, shape]) => [name, `[${shape}]`]),
  );
  for (const name of new Set([...want.keys(), ...have.keys()]))
    if (have.get(name) !== want.get(name))
      throw new UserError(
        `checkpoint ${path}: ${name} is ${have.get(name) ?? "absent"}, ${model.name} has ${want.get(name) ?? "none"}; it belongs to another model`,
      );
}

/** SHA-256 over names, types, shapes, bytes and metadata. */
function digest(tensors: HostArrays, metadata: Record<string, string>): string {
  const hash = createHash("sha256").update(JSON.stringify(Object.entries(metadata).sort()));
  for (const name of Object.keys(tensors).sort()) {
    const { dtype, shape, data } = tensors[name];
    hash.update(JSON.stringify([name, dtype, shape]));
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex");
}
