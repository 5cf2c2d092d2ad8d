import { availableParallelism } from "node:os";
import type { BatchTask, Pipeline } from "../augment/index.ts";
import { BatchPool, trainingImages, unloadable } from "../augment/internal.ts";
import type { Batch, ImageSet } from "../core/index.ts";

/** Makes the images of batches, in the main thread or in others; the bytes are the same. */
export interface ImageBatches {
  make(task: BatchTask): Promise<Batch>;
  /** Batches to ask for ahead of the one that is needed next. */
  readonly ahead: number;
  /** Tells how long a training step took and how many are to come, which `"auto"` goes by. */
  stepTook(ms: number, stepsLeft: number): void;
  close(): Promise<void>;
}

/** Threads that make batches; 0: the main thread does. `"auto"`: by what a batch costs beside a step. */
export type Workers = number | "auto";

/**
 * A step holds the main thread, so a batch that is made there delays it by its whole cost. A thread makes it at the same
 * time, but takes a core from the step: only where a batch costs more than this share of a step does that pay.
 */
const WORTH_A_THREAD = 0.05;
/** What threads would save must be more than what starting them costs. */
const WORTH_STARTING_MS = 5000;
/** Steps that `"auto"` measures after the first, which compiles code and fills tables. */
const MEASURED_STEPS = 5;

/**
 * No thread is running before the first batch.
 * @param cores that `"auto"` may take; all of the machine where absent
 * @throws UserError for options out of range
 */
export function imageBatches(set: ImageSet, pipeline: Pipeline, workers: Workers, cores?: number): ImageBatches {
  const here = trainingImages(set, pipeline);
  let threads = workers === "auto" ? undefined : workers;
  let pool: BatchPool | undefined;
  const batchMs: number[] = [];
  const stepMs: number[] = [];
  return {
    get ahead() {
      return threads ? threads + 1 : 0;
    },
    async make(task) {
      if (threads) {
        pool ??= new BatchPool(set, pipeline, threads);
        return pool.make(task);
      }
      const startedAt = performance.now();
      const batch = here(task);
      batchMs.push(performance.now() - startedAt);
      return batch;
    },
    stepTook(ms, stepsLeft) {
      if (threads !== undefined) return;
      stepMs.push(ms);
      if (stepMs.length <= MEASURED_STEPS) return;
      threads =
        unloadable(pipeline).length > 0
          ? 0
          : threadsFor({ batchMs: least(batchMs), stepMs: least(stepMs), stepsLeft }, cores);
    },
    async close() {
      await pool?.destroy();
    },
  };
}

// What else the machine does only ever adds to a measurement.
const least = (values: readonly number[]): number => Math.min(...values.slice(1));

/** None, or so many that batches come twice as fast as steps, at most one a core. */
export function threadsFor(
  { batchMs, stepMs, stepsLeft }: { readonly batchMs: number; readonly stepMs: number; readonly stepsLeft: number },
  cores = availableParallelism(),
): number {
  const share = batchMs / stepMs;
  if (share < WORTH_A_THREAD || batchMs * stepsLeft < WORTH_STARTING_MS) return 0;
  return Math.min(cores, Math.ceil(2 * share));
}
