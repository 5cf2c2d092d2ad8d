import type { Fed, HostArrays, ImageSet } from "../core/index.ts";
import type { BatchShape, Method } from "../methods/index.ts";
import type { Model, Network, Variables } from "../models/index.ts";
import type { Optimizer } from "../optim/index.ts";
import type { Checkpoint, RunConfig, Validation } from "../run/index.ts";
import type { Scores, TrainingMeans } from "../tasks/index.ts";
import type { Group } from "./group/group.ts";
import type { Workers } from "./image-batches.ts";
import type { LossOf } from "./step.ts";

/** With what the last validation said. */
export interface TrainProgress extends TrainingMeans, Partial<Validation> {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps taken in this epoch. */
  readonly step: number;
  /** Steps in an epoch. */
  readonly steps: number;
  /** Mean over the epoch so far, as what the task says beside it. */
  readonly loss: number;
  readonly imagesPerSecond: number;
  /** To the end of training, validation not counted. */
  readonly secondsLeft: number;
}

export interface TrainOptions {
  /** The run folder. */
  readonly run: string;
  /** Continue what the folder holds; without it a folder that holds a run is refused. */
  readonly resume?: boolean;
  /** Resume on other data than those of the training so far: the run folder and its results say so. */
  readonly changedData?: boolean;
  readonly onProgress?: (progress: TrainProgress) => void;
  /** One line that the user should see. */
  readonly onNotice?: (line: string) => void;
  /** The processes that train together; all are given the same options. Only rank 0 writes the run folder. Default: alone. */
  readonly group?: Group;
  /** Aborting it stops after the step under way and leaves a checkpoint to resume from. */
  readonly signal?: AbortSignal;
  /**
   * The training images of the run that `init` names, where references are drawn from them: what its `data` loads.
   * `findPretraining` tells.
   */
  readonly pretrainingImages?: ImageSet;
  /** Minutes between checkpoints within an epoch; 0: only at its end. Default 5. The weights do not depend on it. */
  readonly checkpointEvery?: number;
  /** Stops, resumable, once the run has taken so many steps over all epochs. */
  readonly maxSteps?: number;
  /**
   * Threads that make batches while a step runs; 0: none. The weights do not depend on it. Default `"auto"`: as many as the
   * augmentation needs, after the first steps have shown what it costs.
   */
  readonly workers?: Workers;
}

/** With what the last validated epoch of this session said; of anchored runs under the first reference alone. */
export interface TrainSummary extends Partial<Validation> {
  readonly run: string;
  /** Whether all epochs are done. */
  readonly finished: boolean;
  readonly steps: number;
  readonly totalSteps: number;
  /** References that an anchored run keeps: predicting asks all of them by default. */
  readonly keptReferences?: number;
  /** Training time over all sessions. */
  readonly seconds: number;
}

/** A step's part of the data. */
export interface TrainBatch {
  /** What a step is fed, `accumulate` times a part of the batch. */
  readonly microBatches: readonly Fed[];
  /** [N] rows of the training set. */
  readonly rows: Int32Array;
}

/** The batches of a run, each a pure function of the seed and its step. */
export interface TrainBatches {
  readonly stepsPerEpoch: number;
  /** Training examples. */
  readonly count: number;
  /** Of one example. */
  readonly shape: Omit<BatchShape, "count">;
  /** What the network is fed of the first `count` examples of a fixed order, without augmentation or masking. */
  plain(count: number): HostArrays;
  /** The batch of a step, counted over all epochs from 0. */
  at(step: number): Promise<TrainBatch>;
  /** Batches worth asking for ahead of the one that is needed next. */
  ahead(): number;
  /** Tells how long a step took and how many are to come. */
  stepTook(ms: number, stepsLeft: number): void;
  close(): Promise<void>;
}

/** What a run keeps for its predictions, beside its weights. */
export type Kept = Pick<Checkpoint, "references" | "referenceTargets">;

/** What the loop is given by a task: classification, regression. */
export interface Training {
  readonly config: RunConfig;
  readonly network: Network;
  /** What of it sees images; itself, where it sees nothing else. */
  readonly model: Model;
  readonly method: Method;
  /** What is minimised of the network. */
  readonly lossOf: LossOf;
  /** Whether the examples of all ranks meet in the loss. */
  readonly meetsRanks: boolean;
  readonly optimizer: Optimizer;
  readonly batches: TrainBatches;
  /** The run's record: what must be the same on all ranks. */
  readonly identity: object;
  /** Writes config.json into a new folder, or holds it to the one that is there. */
  claim(): void;
  /** What the run's folder holds, or where a new run begins. */
  start(): Promise<Checkpoint>;
  /** What validation says of weights; absent where there is nothing to validate on. */
  scores?(weights: Variables, kept: Kept): Promise<Scores>;
  /** What a run that is trained to its end keeps beside its weights. */
  finish?(weights: Variables, kept: Kept): Promise<Pick<Checkpoint, "outputAnchor">>;
  dispose(): Promise<void>;
}
