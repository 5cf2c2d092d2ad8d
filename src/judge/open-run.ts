import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { type ImageSet, type StoredPredictions, UserError } from "../core/index.ts";
import type { PredictionContext, SetRole, StoredSet, Weights } from "../evaluate/index.ts";
import { runPaths } from "../files/index.ts";
import { fingerprintOf as digestOf, sha256 } from "../files/internal.ts";
import { anchoredOptions } from "../methods/index.ts";
import { type Checkpoint, loadCheckpoint, type RunRecord, readRun, savePredictions, storedSets } from "../run/index.ts";
import { chooseWeights, dropStored } from "../run/internal.ts";
import { loadPredictor, type Predictor } from "../train/index.ts";
import type { InferenceOptions, JudgeOptions } from "./options.ts";
import { variantOf } from "./variant.ts";

/** An image set to be predicted, or whose prediction may be stored already. */
export interface PredictionRequest {
  readonly set: string;
  readonly role: SetRole;
  /** A fingerprint of the images and labels, which may not have been made yet. */
  readonly fingerprint: string;
  readonly inference: InferenceOptions;
  /** Whether features are wanted beside the logits. */
  readonly features?: boolean;
  readonly corruption?: StoredSet["corruption"];
}

/** A run folder that is being judged: its checkpoint, what it has predicted, and the means to predict more. */
export class OpenRun {
  readonly record: RunRecord;
  readonly checkpoint: Checkpoint;
  readonly checkpointSha256: string;
  /** Which predict; undefined where the run has but one kind. */
  readonly weights: Weights | undefined;
  #predictor: Promise<Predictor> | undefined;

  /** @throws UserError where the folder holds no run, or its checkpoint is missing or damaged. */
  constructor(
    readonly run: string,
    readonly options: JudgeOptions,
    /** Where its predictions and results go. */
    readonly results: string = run,
  ) {
    this.record = readRun(run);
    const path = runPaths(run).checkpoint;
    this.checkpoint = loadCheckpoint(path);
    this.checkpointSha256 = sha256(readFileSync(path));
    this.weights = chooseWeights(run, this.checkpoint, options.weights).kind;
  }

  get anchored(): boolean {
    return anchoredOptions(this.record.config.method) !== undefined;
  }

  /** References that are used; undefined for methods without. */
  references({ protocol, k }: InferenceOptions): number | undefined {
    if (!this.anchored) return undefined;
    const kept = this.checkpoint.references?.shape[0];
    if (protocol === "single") return 1;
    if (protocol === "k" && k && kept && k > kept)
      throw new UserError(`--k ${k}: the checkpoint keeps ${kept} references; use at most ${kept}`);
    return protocol === "k" ? (k ?? kept) : kept;
  }

  predictor(): Promise<Predictor> {
    const { device, threads = availableParallelism() } = this.options;
    this.#predictor ??= loadPredictor(this.run, { device, threads, weights: this.options.weights });
    return this.#predictor;
  }

  /** Whether the logits on these images, by this checkpoint, asked so, are stored. */
  has(wanted: PredictionRequest): boolean {
    const { inputKey, checkpointSha256, weights } = this.#context(wanted);
    return storedSets(this.results).some(
      (entry) =>
        entry.set === wanted.set &&
        entry.weights === weights &&
        entry.inputKey === inputKey &&
        entry.checkpointSha256 === checkpointSha256 &&
        (!wanted.features || entry.features !== undefined),
    );
  }

  /** Stores what was predicted as wanted. */
  save(wanted: PredictionRequest, predictions: StoredPredictions): void {
    savePredictions(this.results, { ...predictions, set: wanted.set }, this.#context(wanted));
  }

  /** Removes what another checkpoint predicted, and sets that are of no use any more. */
  dropOthers(checkpointSha256 = this.checkpointSha256): void {
    dropStored(this.results, (entry) => entry.checkpointSha256 === checkpointSha256);
  }

  /** Keeps only this set, if any, as what parameters are chosen by, and judges nothing by it any more. */
  chooseOnlyBy(set: string | undefined): void {
    dropStored(this.results, (entry) =>
      entry.role === "ood-validation" ? entry.set === set : entry.role !== "ood" || entry.set !== set,
    );
  }

  async close(): Promise<void> {
    const opened = this.#predictor;
    this.#predictor = undefined;
    await (await opened)?.dispose();
  }

  #context({ role, fingerprint, inference, corruption }: PredictionRequest): PredictionContext {
    const variant = variantOf(inference);
    const asked = {
      ...(this.anchored && {
        protocol: inference.protocol,
        references: this.references(inference),
        calibrate: inference.calibrate,
      }),
      ...(inference.predictionBatch !== undefined && { predictionBatch: inference.predictionBatch }),
      ...(inference.mirror && { mirrored: true }),
      ...(variant && { variant: variant.stored.name }),
    };
    const inputKey = sha256(JSON.stringify([fingerprint, role, asked]));
    const { protocol, references, mirrored } = asked as Pick<StoredSet, "protocol" | "references" | "mirrored">;
    const { weights, checkpointSha256 } = this;
    return {
      role,
      weights,
      corruption,
      protocol,
      references,
      mirrored,
      variant: variant?.stored,
      inputKey,
      checkpointSha256,
      imagesSha256: fingerprint,
    };
  }
}

/** Of the shape, bytes and labels of a set. */
export const fingerprintOf = (set: ImageSet): string => digestOf(set, `${set.height}×${set.width}×${set.channels}`);

/** A note for a run that stopped early and is `done` all the same; `undefined` for one that is trained to its end, or never was to be. */
export function unfinished(
  run: string,
  { config: { epochs, batchSize }, examples, step, zeroShot }: TrainedSoFar,
  done: "judged" | "exported",
): string | undefined {
  if (zeroShot) return undefined;
  const steps = epochs * Math.floor(examples / batchSize);
  return step < steps ? `${run} is not fully trained (step ${step} of ${steps}); ${done} as it is` : undefined;
}

/** How far a run of any task is. */
interface TrainedSoFar {
  readonly config: Pick<RunRecord["config"], "epochs" | "batchSize">;
  /** Training examples. */
  readonly examples: number;
  readonly step: number;
  /** Of a run that was made without training. */
  readonly zeroShot?: RunRecord["zeroShot"];
}
