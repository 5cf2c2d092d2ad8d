import { availableParallelism } from "node:os";
import { type Pipeline, standardOptions } from "../augment/index.ts";
import { augmentationTable, BatchPool, mixerTable } from "../augment/internal.ts";
import { thisMachine } from "../files/internal.ts";
import { madeAhead } from "../train/internal.ts";
import { type CompiledStep, compileStep } from "./compiled-step.ts";
import { benchSteps } from "./steps.ts";
import { texturedImages } from "./textured-images.ts";

const plain = ["crop", "flip"];
const policies = Object.keys(augmentationTable).filter((name) => !plain.includes(name));
const mixers = Object.keys(mixerTable);
/**
 * What `bench data` measures: crop and flip, alone and with each of the others.
 * @example
 * console.log(pipelineNames); // ["crop+flip", …]
 */
export const pipelineNames = ["crop+flip", ...policies, ...mixers];

const MODEL = "resnet20";
/**
 * At the speed of the step this is what a step waits for; augmentation is asked to be so many times faster.
 * @example
 * const [{ pipeline, timesStep }] = await benchData({ imageSize: 32, workers: 2, seconds: 1 });
 * if (timesStep < LEAST_TIMES_STEP) console.log(`${pipeline} holds the step up`);
 */
export const LEAST_TIMES_STEP = 3;
const IMAGES = 2048;
/** Steps before each pipeline, of which the fastest counts. */
const STEPS = 3;

export interface DataBenchOptions {
  readonly pipelines?: readonly string[];
  readonly imageSize: number;
  readonly workers: number;
  readonly seconds: number;
}

export interface DataBenchRow {
  /** Added to crop and flip. */
  readonly pipeline: string;
  readonly imagesPerSecond: number;
  /** Of a training step of anchored ResNet-20 at 32 pixels, just before. */
  readonly stepImagesPerSecond: number;
  /** How many times as fast as the step. */
  readonly timesStep: number;
  readonly imageSize: number;
  readonly workers: number;
  readonly cores: number;
  readonly cpu: string;
}

/**
 * Every pipeline in turn with steps, while nothing else is done.
 * @example
 * const rows = await benchData({ imageSize: 32, workers: 2, seconds: 1 });
 * console.log(dataTable(rows));
 */
export async function benchData(
  { pipelines = pipelineNames, imageSize, workers, seconds }: DataBenchOptions,
  signal?: AbortSignal,
  onRow?: (row: DataBenchRow) => void,
): Promise<DataBenchRow[]> {
  const { batchSize } = benchSteps[MODEL];
  const step = await compileStep({ model: MODEL, batchSize, backend: "default", threads: availableParallelism() });
  try {
    const rows: DataBenchRow[] = [];
    for (const pipeline of pipelines) {
      const stepImagesPerSecond = await stepSpeed(step, batchSize, signal);
      const imagesPerSecond = await pipelineSpeed(pipeline, { batchSize, imageSize, workers, seconds, signal });
      const timesStep = imagesPerSecond / stepImagesPerSecond;
      const row = { pipeline, imagesPerSecond, stepImagesPerSecond, timesStep, imageSize, workers, ...thisMachine() };
      rows.push(row);
      onRow?.(row);
    }
    return rows;
  } finally {
    await step.dispose();
  }
}

async function stepSpeed(step: CompiledStep, batchSize: number, signal?: AbortSignal): Promise<number> {
  let fastestMs = Number.POSITIVE_INFINITY;
  for (let i = 0; i < STEPS; i++) {
    signal?.throwIfAborted();
    fastestMs = Math.min(fastestMs, await step.stepMs());
  }
  return (1000 * batchSize) / fastestMs;
}

interface Measured extends Pick<DataBenchOptions, "imageSize" | "workers" | "seconds"> {
  readonly batchSize: number;
  readonly signal?: AbortSignal;
}

async function pipelineSpeed(
  name: string,
  { batchSize, imageSize, workers, seconds, signal }: Measured,
): Promise<number> {
  const set = texturedImages(IMAGES, imageSize);
  const pool = new BatchPool(set, pipelineOf(name), workers);
  const make = (step: number) =>
    pool.make({
      step,
      epoch: 0,
      rows: Int32Array.from({ length: batchSize }, (_, i) => (step * batchSize + i) % IMAGES),
    });
  const next = madeAhead(make, { first: 0, end: Number.POSITIVE_INFINITY, ahead: () => 2 * workers });
  try {
    // Compiles code, draws fractals: an epoch in each thread.
    for (let i = 0; i < (workers * IMAGES) / batchSize; i++) await next();
    const start = performance.now();
    let made = 0;
    while (performance.now() - start < 1000 * seconds) {
      signal?.throwIfAborted();
      await next();
      made += batchSize;
    }
    return (1000 * made) / (performance.now() - start);
  } finally {
    await pool.destroy();
  }
}

function pipelineOf(name: string): Pipeline {
  const named = (names: readonly string[]) => names.map((name) => ({ name, options: standardOptions(name) }));
  return {
    normalization: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
    augment: named(policies.includes(name) ? [...plain, name] : plain),
    mix: named(mixers.includes(name) ? [name] : []),
    labelSmoothing: 0,
    seed: 0,
  };
}
