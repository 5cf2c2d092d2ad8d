import { setMaxListeners } from "node:events";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { type ImageSet, type Images, imageCount, UserError } from "../core/index.ts";
import { checkImageSet, registeredHere, registeringModules, shareImages } from "../core/internal.ts";
import { benchmarkFor, corruptionByName } from "./corrupt-image.ts";
import type { Benchmark, Image, Severity } from "./corruption.ts";
import { emptyLike, removeImages } from "./scratch.ts";
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

/**
 * Threads that corrupt whole image sets. The bytes do not depend on how many there are.
 * @example
 * const pool = new CorruptionPool({ threads: 2 });
 * const foggy = await pool.corrupt(images, { name: "fog", severity: 3 });
 * await pool.destroy();
 */
export class CorruptionPool {
  readonly #pool: Piscina<Task, void>;
  readonly #made = new Set<Images>();

  constructor({ threads = availableParallelism(), frost }: PoolOptions = {}) {
    const workerData: WorkerData = { frost, modules: registeringModules() };
    this.#pool = new Piscina({ filename: workerFile(), minThreads: threads, maxThreads: threads, workerData });
  }

  /**
   * The set with every image corrupted, named `set/corruption-severity`; in a file, which `removeImages` removes, where the
   * set's are.
   * @throws UserError for an unknown corruption; what `signal` was aborted with.
   */
  async corrupt(set: ImageSet, options: CorruptSetOptions): Promise<ImageSet> {
    const { name, severity, benchmark = benchmarkFor(set), signal, onProgress } = options;
    corruptionByName(name);
    if (registeredHere("corruption").includes(name))
      throw new UserError(
        `${name}: threads cannot know it; register it in a module and import that with importModules, or use corruptImage`,
      );
    checkImageSet(set);
    const { height, width, channels } = set;
    const total = imageCount(set);
    const images = shareImages(set.images);
    const made = emptyLike(set.images);
    if (!(made instanceof Uint8Array)) this.#made.add(made);
    const out = shareImages(made);
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
    const failed = settled.find((result) => result.status === "rejected");
    if (signal?.aborted || failed) removeImages(made);
    signal?.throwIfAborted();
    if (failed) throw failed.reason;
    return { ...set, name: `${set.name}/${name}-${severity}`, images: made };
  }

  /** Ends the threads, and the files of all that was made. */
  async destroy(): Promise<void> {
    await this.#pool.destroy();
    for (const images of this.#made) removeImages(images);
  }
}

/** In the built package, also when the sources are run: Node 20 runs no TypeScript. */
const workerFile = (): string =>
  fileURLToPath(new URL("./worker.js", import.meta.url.replace(/\/src\/(corrupt\/[^/]+)\.ts$/, "/dist/$1.js")));
