import { join } from "node:path";
import { type DataSet, Random, UserError } from "../core/index.ts";
import { runPaths } from "../files/index.ts";
import { loadCheckpoint, readRun } from "../run/index.ts";
import { type RecalibrateOptions, writeWithStatistics } from "./recalibrate.ts";
import { drawnWeights } from "./swag.ts";

export interface SwagSampleOptions
  extends Pick<
    RecalibrateOptions,
    "batches" | "pretrainingImages" | "changedData" | "onNotice" | "onProgress" | "signal"
  > {
  /** A folder for the new run folders `sample-1`, `sample-2`, …. */
  readonly out: string;
  /** S; default 10. */
  readonly samples?: number;
  /** Decides what is drawn. Default 0. */
  readonly seed?: number;
  /** Of the covariance; ½, the default, is the paper's. */
  readonly scale?: number;
}

/**
 * Weights drawn of what a run with `swag` has collected (Maddox et al., NeurIPS 2019), each in a run folder of its own, with
 * BatchNorm's statistics taken anew over training batches. Judged as one they are SWAG's answer: `judgeRunsAsOne`.
 * @returns the new run folders
 * @throws UserError where the run has collected fewer than two snapshots, a folder holds something, the data are not those of
 *   the training, or there is no checkpoint
 * @example
 * const members = await swagSamples("runs/swag", dataSet, { out: "runs/swag-samples", samples: 10 });
 */
export async function swagSamples(
  run: string,
  dataSet: DataSet,
  { out, samples = 10, seed = 0, scale = 0.5, ...options }: SwagSampleOptions,
): Promise<string[]> {
  const record = readRun(run);
  const { swag, ...checkpoint } = loadCheckpoint(runPaths(run).checkpoint);
  if (!swag)
    throw new UserError(
      `${run}: it has collected no weights to draw from; train it with config.swag, e.g. { from: 0.5 }`,
    );
  if (!(Number.isInteger(samples) && samples >= 1))
    throw new UserError(`options.samples ${samples}: use a whole number ≥ 1, e.g. 10`);
  const folders = Array.from({ length: samples }, (_, i) => join(out, `sample-${i + 1}`));
  for (const [i, folder] of folders.entries()) {
    const params = drawnWeights(swag, scale, new Random("swag sample", seed, i));
    const drawn = { ...checkpoint, params, slots: {}, average: undefined };
    const sampled = { from: run, sample: i + 1, seed, scale };
    await writeWithStatistics({ run, record: { ...record, sampled }, checkpoint: drawn }, dataSet, {
      ...options,
      out: folder,
    });
  }
  return folders;
}
