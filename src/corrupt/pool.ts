import { setMaxListeners } from "node:events";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { type ImageSet, imageCount } from "../core/index.ts";
import { benchmarkFor, corruptionByName } from "./corrupt-image.ts";
import type { Benchmark, Image, Severity } from "./corruption.ts";
import type { Task, WorkerData } from "./worker.ts";

export interface PoolOptions {
  /** Default: a thread a core. */
  readonly threads?: number;
  /** Photographs for `frost`; without them a procedural texture. */
  readonly frost?: readonly Image[];
}

export interface CorruptSetOptions {
  readonly name: string;
  readonly severity: Severity;
  /** Default: by the images' size. */
  readonly benchmark?: Benchmark;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** Images of a task: few enough that all threads end together, many enough that handing out costs nothing. */
const IMAGES_PER_TASK = 125;

/** Threads that corrupt whole image sets. The bytes do not depend on how many there are. */
export class CorruptionPool {
  readonly #pool: Piscina<Task, void>;
  #shared: { readonly set: ImageSet; readonly images: Uint8Array } | undefined;

  constructor({ threads = availableParallelism(), frost }: PoolOptions = {}) {
    const workerData: WorkerData = { frost };
    this.#pool = new Piscina({ filename: workerFile(), minThreads: threads, maxThreads: threads, workerData });
  }

  /**
   * The set with every image corrupted, named `set/corruption-severity`.
   * @throws UserError for an unknown corruption; what `signal` was aborted with.
   */
  async corrupt(set: ImageSet, options: CorruptSetOptions): Promise<ImageSet> {
    const { name, severity, benchmark = benchmarkFor(set), signal, onProgress } = options;
    corruptionByName(name);
    const { height, width, channels } = set;
    const total = imageCount(set);
    const images = this.#share(set);
    const out = new Uint8Array(new SharedArrayBuffer(images.length));
    let done = 0;
    const tasks: Promise<void>[] = [];
    // All tasks wait for one signal, which is more than Node takes for a mistake.
    const stop = signal && AbortSignal.any([signal]);
    if (stop) setMaxListeners(0, stop);
    for (let from = 0; from < total; from += IMAGES_PER_TASK) {
      const to = Math.min(from + IMAGES_PER_TASK, total);
      const task: Task = { images, out, height, width, channels, from, to, name, severity, benchmark };
      tasks.push(
        this.#pool.run(task, { signal: stop }).then(() => {
          done += to - from;
          onProgress?.({ done, total });
        }),
      );
    }
    const settled = await Promise.allSettled(tasks);
    signal?.throwIfAborted();
    for (const result of settled) if (result.status === "rejected") throw result.reason;
    return { ...set, name: `${set.name}/${name}-${severity}`, images: out };
  }

  /** Ends the threads. */
  async destroy(): Promise<void> {
    this.#shared = undefined;
    await this.#pool.destroy();
  }

  /** The images where all threads see them; kept, for a suite corrupts the same ones over and over. */
  #share(set: ImageSet): Uint8Array {
    if (this.#shared?.set !== set) {
      const images = new Uint8Array(new SharedArrayBuffer(set.images.length));
      images.set(set.images);
      this.#shared = { set, images };
    }
    return this.#shared.images;
  }
}

/** In the built package, also when the sources are run: Node 20 runs no TypeScript. */
const workerFile = (): string =>
  fileURLToPath(new URL("./worker.js", import.meta.url.replace(/\/src\/(corrupt\/[^/]+)\.ts$/, "/dist/$1.js")));
