import { availableParallelism } from "node:os";
import { Command } from "commander";
import { augmentationTable, BatchPool, mixerTable, type Pipeline } from "../../augment/index.ts";
import { thisMachine } from "../../evaluate/index.ts";
import { madeAhead } from "../../train/index.ts";
import { toJson } from "../json.ts";
import { listOf, real, whole } from "../numbers.ts";
import { textTable } from "../table.ts";
import type { Terminal } from "../terminal.ts";
import { standardOptions } from "../train-flags.ts";
import { type CompiledStep, compileStep } from "./compiled-step.ts";
import { benchSteps } from "./steps.ts";
import { texturedImages } from "./textured-images.ts";

const plain = ["crop", "flip"];
const policies = Object.keys(augmentationTable).filter((name) => !plain.includes(name));
const mixers = Object.keys(mixerTable);
/** What `bench data` measures: crop and flip, alone and with each of the others. */
export const pipelineNames = ["crop+flip", ...policies, ...mixers];

const MODEL = "resnet20";
/** At the speed of the step this is what a step waits for; augmentation is asked to be so many times faster. */
const WANTED = 3;
const IMAGES = 2048;
/** Steps before each pipeline, of which the fastest counts. */
const STEPS = 3;

interface Options {
  readonly pipelines?: readonly string[];
  readonly imageSize: number;
  readonly workers: number;
  readonly seconds: number;
  readonly json?: boolean;
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

export const dataBenchCommand = (terminal: Terminal): Command =>
  new Command("data")
    .description("images/s of every augmentation, in threads, beside what a training step of ResNet-20 needs")
    .option("--pipelines <a,b>", `of ${pipelineNames.join(", ")} (default: all)`, listOf(pipelineNames)("--pipelines"))
    .option("--image-size <pixels>", "side", whole({ min: 8, max: 1024, example: 32 })("--image-size"), 32)
    .option(
      "--workers <n>",
      "threads (default: one a core)",
      whole({ min: 1, max: 256, example: 2 })("--workers"),
      availableParallelism(),
    )
    .option("--seconds <n>", "measured each", real({ min: 0, above: true, example: 2 })("--seconds"), 2)
    .option("--json", "print all that was measured")
    .addHelpText(
      "after",
      `
Examples:
  $ anchored bench data
  $ anchored bench data --pipelines augMix,pixMix --image-size 64 --workers 1 --json`,
    )
    .action(async ({ json, ...options }: Options) => {
      const rows = await terminal.interruptible((signal) =>
        benchData(options, signal, ({ pipeline, imagesPerSecond, timesStep }) =>
          terminal.note(`  ${pipeline}: ${imagesPerSecond.toFixed(0)} images/s, ${timesStep.toFixed(1)} × the step`),
        ),
      );
      terminal.out(json ? toJson(rows) : dataTable(rows));
    });

/** Every pipeline in turn with steps, while nothing else is done. */
export async function benchData(
  { pipelines = pipelineNames, imageSize, workers, seconds }: Omit<Options, "json">,
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

interface Measured extends Pick<Options, "imageSize" | "workers" | "seconds"> {
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

function dataTable(rows: readonly DataBenchRow[]): string {
  const [{ imageSize, workers, cores, cpu }] = rows;
  const short = rows.filter(({ timesStep }) => timesStep < WANTED).map(({ pipeline }) => pipeline);
  const table = textTable([
    ["crop, flip and", "images/s", "step, images/s", "times"],
    ...rows.map(({ pipeline, imagesPerSecond, stepImagesPerSecond, timesStep }) => [
      pipeline === pipelineNames[0] ? "nothing else" : pipeline,
      imagesPerSecond.toFixed(0),
      stepImagesPerSecond.toFixed(0),
      timesStep.toFixed(1),
    ]),
  ]);
  const verdict = short.length > 0 ? `below ${WANTED} times: ${short.join(", ")}` : `all at least ${WANTED} times`;
  return `${table}\n\n${verdict}; ${imageSize}×${imageSize} pixels, ${workers} threads, ${cores} cores, ${cpu}`;
}
