import { existsSync } from "node:fs";
import { join } from "node:path";
import { type DataSet, type HostArrays, type Listener, Random, UserError } from "../core/index.ts";
import type { DataOptions } from "../data/index.ts";
import { loadReported } from "../data/internal.ts";
import { runPaths } from "../files/index.ts";
import { loadCheckpoint, readRun } from "../run/index.ts";
import { loadPretrainingImages } from "./classification-run.ts";
import { type Recalibrable, type RecalibrateOptions, writeWithStatistics } from "./recalibrate.ts";
import { loadRunData, type RunDataOptions } from "./run-data.ts";
import { drawnWeights } from "./swag.ts";

export interface SwagSampleOptions
  extends Pick<
    RecalibrateOptions,
    "batches" | "pretrainingImages" | "changedData" | "onNotice" | "onProgress" | "signal"
  > {
  /** A folder for the new run folders `sample-1`, `sample-2`, …. */
  readonly out: string;
  /** S; default 20. */
  readonly samples?: number;
  /** Decides what is drawn. Default 0. */
  readonly seed?: number;
  /** Of the covariance; ½, the default, is the paper's. */
  readonly scale?: number;
}

/** With places of the data in place of the data. */
export interface SwagRunOptions extends Omit<SwagSampleOptions, "pretrainingImages">, RunDataOptions {
  /** Of reading the images, before the drawing. */
  readonly onReading?: Listener["onProgress"];
}

type Collected = Recalibrable & Required<Pick<Recalibrable["checkpoint"], "swag">>;

/**
 * Weights drawn of what a run with `swag` has collected (Maddox et al., NeurIPS 2019), each in a run folder of its own, with
 * BatchNorm's statistics taken anew over training batches. Judged as one they are SWAG's answer: `judgeRunsAsOne`. Samples that
 * are there already, the same weights over as many batches, are kept.
 * @returns the new run folders
 * @throws UserError where the run has collected fewer than two snapshots, a folder holds something else, the data are not those
 *   of the training, or there is no checkpoint
 * @example
 * const members = await swagSamples("runs/swag", dataSet, { out: "runs/swag-samples", samples: 10 });
 */
export async function swagSamples(run: string, dataSet: DataSet, options: SwagSampleOptions): Promise<string[]> {
  return writeSamples(collectedOf(run), dataSet, options);
}

/**
 * As `swagSamples`, on the run's own data, which is loaded.
 * @returns the new run folders
 * @throws UserError as `swagSamples` and `loadRunData` do
 * @example
 * const members = await swagSamplesOf("runs/swag", { out: "runs/swag-samples", samples: 10 });
 */
export async function swagSamplesOf(
  run: string,
  { dataDir, folder, humanLabels, onReading, ...options }: SwagRunOptions,
): Promise<string[]> {
  const { changedData, onNotice } = options;
  const collected = collectedOf(run);
  const { record } = collected;
  const reading = { onNotice, onProgress: onReading };
  const load = (asked: DataOptions) => loadReported(asked, reading);
  const { dataSet } = await loadRunData(run, record, load, { dataDir, folder, humanLabels, changedData });
  const pretrainingImages = await loadPretrainingImages(run, record.config, { ...reading, dataDir, resume: true });
  return writeSamples(collected, dataSet, { ...options, pretrainingImages });
}

/** @throws UserError for a run that has collected nothing */
function collectedOf(run: string): Collected {
  const record = readRun(run);
  const { swag, ...checkpoint } = loadCheckpoint(runPaths(run).checkpoint);
  if (!swag) throw new UserError(`${run}: it has collected no weights to draw from; train it with swag.from, e.g. 0.5`);
  return { run, record, checkpoint, swag };
}

async function writeSamples(
  { run, record, checkpoint, swag }: Collected,
  dataSet: DataSet,
  { out, samples = 20, seed = 0, scale = 0.5, batches = 150, onProgress, ...options }: SwagSampleOptions,
): Promise<string[]> {
  if (!(Number.isInteger(samples) && samples >= 1))
    throw new UserError(`options.samples ${samples}: use a whole number ≥ 1, e.g. 20`);
  const folders = Array.from({ length: samples }, (_, i) => join(out, `sample-${i + 1}`));
  for (const [i, folder] of folders.entries()) {
    options.signal?.throwIfAborted();
    const params = drawnWeights(swag, scale, new Random("swag sample", seed, i));
    if (!isDrawn(folder, params, batches)) {
      const drawn = { ...checkpoint, params, slots: {}, average: undefined };
      const sampled = { from: run, sample: i + 1, seed, scale };
      await writeWithStatistics({ run, record: { ...record, sampled }, checkpoint: drawn }, dataSet, {
        ...options,
        batches,
        onProgress: ({ done, total }) => onProgress?.({ done: i * total + done, total: samples * total }),
        out: folder,
      });
    }
  }
  return folders;
}

/** Whether a folder holds these weights, with statistics over so many batches. */
function isDrawn(folder: string, params: HostArrays, batches: number): boolean {
  const path = runPaths(folder).checkpoint;
  if (!existsSync(path) || readRun(folder).recalibrated?.batches !== batches) return false;
  const there = loadCheckpoint(path).params;
  return Object.entries(params).every(
    ([name, { data }]) =>
      there[name]?.data.length === data.length && data.every((value, i) => value === there[name].data[i]),
  );
}
