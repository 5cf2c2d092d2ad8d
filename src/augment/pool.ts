import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { type Batch, type ImageSet, UserError } from "../core/index.ts";
import { registeredHere, registeringModules, shareImages } from "../core/internal.ts";
import type { BatchTask, Pipeline } from "./training-images.ts";
import type { Answer, WorkerData } from "./worker.ts";

/** Threads that make batches of one training set. The bytes do not depend on how many there are. */
export class BatchPool {
  readonly #pool: Piscina<BatchTask, Answer>;
  readonly #underWay = new Set<Promise<Answer>>();

  constructor(
    set: ImageSet,
    pipeline: Pipeline,
    readonly threads: number,
  ) {
    refuseUnloadable(pipeline);
    const { name, height, width, channels, labels, classNames } = set;
    const shown = { name, height, width, channels, labels, classNames };
    const workerData: WorkerData = {
      set: shown,
      images: shareImages(set.images),
      pipeline,
      modules: registeringModules(),
    };
    this.#pool = new Piscina({
      filename: workerFile(),
      minThreads: threads,
      maxThreads: threads,
      // A training step holds the main thread: what a thread does next must lie with it already.
      concurrentTasksPerWorker: 2,
      workerData,
    });
  }

  /** @throws UserError as `trainingImages` */
  async make(task: BatchTask): Promise<Batch> {
    const running = this.#pool.run(task);
    this.#underWay.add(running);
    const answer = await running.finally(() => this.#underWay.delete(running));
    if ("mistake" in answer) throw new UserError(answer.mistake);
    return answer;
  }

  /** Ends the threads, once the batches under way are made: Piscina takes an answer to a dropped task for a fault. */
  async destroy(): Promise<void> {
    await Promise.allSettled(this.#underWay);
    await this.#pool.destroy();
  }
}

/** Names of the pipeline that threads cannot know. */
export const unloadable = ({ augment, mix }: Pipeline): string[] => [
  ...augment.map(({ name }) => name).filter((name) => registeredHere("augmentation").includes(name)),
  ...mix.map(({ name }) => name).filter((name) => registeredHere("mixer").includes(name)),
];

function refuseUnloadable(pipeline: Pipeline): void {
  const [name] = unloadable(pipeline);
  if (name !== undefined)
    throw new UserError(
      `${name}: threads cannot know it; register it in a module and import that with importModules, or train with workers 0`,
    );
}

/** In the built package, also when the sources are run: Node 20 runs no TypeScript. */
const workerFile = (): string =>
  fileURLToPath(new URL("./worker.js", import.meta.url.replace(/\/src\/(augment\/[^/]+)\.ts$/, "/dist/$1.js")));
