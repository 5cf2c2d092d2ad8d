/** A thread of `BatchPool`: makes batches of a training set that all threads see. */

import { workerData } from "node:worker_threads";
import { move, transferableSymbol, valueSymbol } from "piscina";
import { type Batch, type ImageSet, type SharedImages, UserError } from "../core/index.ts";
import { importModules } from "../files/index.ts";
import { openImages } from "../files/internal.ts";
import { type BatchTask, type Pipeline, trainingImages } from "./training-images.ts";

/** The pool's data for its threads. */
export interface WorkerData {
  readonly set: Omit<ImageSet, "images">;
  readonly images: SharedImages;
  readonly pipeline: Pipeline;
  /** Files that register what the pipeline may name. */
  readonly modules: readonly string[];
}

/** A batch, or the user's mistake: an error's class does not survive the way between threads. */
export type Answer = Batch | { readonly mistake: string };

// Piscina hands its own data in a tuple around the user's.
const { set, images, pipeline, modules } = (Array.isArray(workerData) ? workerData[1] : workerData) as WorkerData;
await importModules(modules);
let make: ReturnType<typeof trainingImages> | undefined;

export default function makeTrainingBatch(task: BatchTask): Answer {
  try {
    make ??= trainingImages({ ...set, images: openImages(images) }, pipeline);
    const batch = make(task);
    return move({
      get [transferableSymbol]() {
        return [batch.images.buffer, batch.targets.buffer];
      },
      get [valueSymbol]() {
        return batch;
      },
    } as never) as unknown as Batch;
  } catch (error) {
    if (error instanceof UserError) return { mistake: error.message };
    throw error;
  }
}
