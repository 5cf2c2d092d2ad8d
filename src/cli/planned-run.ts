import { existsSync, statSync } from "node:fs";
import { runPaths, UserError } from "../core/index.ts";
import { firstDifference, loadCheckpoint, type RunConfig, readRun } from "../train/index.ts";
import { judgeRuns } from "./judge/judge-runs.ts";
import type { JudgeOptions } from "./judge/options.ts";
import type { Terminal } from "./terminal.ts";
import { holdsRun, trainInto } from "./train.ts";

/** A run of a larger plan, which may be there already, whole or in part. */
export interface PlannedRun {
  /** For progress, e.g. `anchored, seed 1`. */
  readonly name: string;
  readonly run: string;
  readonly config: RunConfig;
}

export interface PlanProgress {
  /** What progress is headed by. */
  readonly label: string;
  readonly maxSteps?: number;
  readonly dataDir?: string;
  readonly signal: AbortSignal;
}

/** Trains a run, or goes on training it. @returns whether it is trained to its end, or to `maxSteps` */
export async function trainPlanned(
  terminal: Terminal,
  { run, config: planned }: PlannedRun,
  { maxSteps, dataDir, signal, label }: PlanProgress,
): Promise<boolean> {
  const resume = holdsRun(run);
  const config = resume ? storedConfig(run, planned) : planned;
  const { finished } = await trainInto(terminal, run, config, { resume, maxSteps, dataDir, signal, label });
  return !signal.aborted && (finished || maxSteps !== undefined);
}

/** Trains and judges a run; an aborted signal leaves it to be continued. */
export async function trainAndJudge(
  terminal: Terminal,
  planned: PlannedRun,
  progress: PlanProgress,
  judge: JudgeOptions = {},
): Promise<void> {
  const { signal, label, dataDir } = progress;
  const done = await trainPlanned(terminal, planned, progress);
  if (signal.aborted) return;
  if (done) terminal.note(`${label}: predicting the test sets`);
  await judgeRuns(terminal, [planned.run], { dataDir, ...judge, signal }).catch((error) => {
    if (!signal.aborted) throw error;
  });
}

/** A run's own threads stay, for bit-exact resumption; all else must be as planned. */
function storedConfig(run: string, planned: RunConfig): RunConfig {
  const { config } = readRun(run);
  const difference = firstDifference({ ...config, threads: 0 }, { ...planned, threads: 0 });
  if (difference) {
    const { path, a, b } = difference;
    throw new UserError(
      `${run} was made with other settings (${path} is ${JSON.stringify(a)}, not ${JSON.stringify(b)}); start over with --fresh, or choose another --out`,
    );
  }
  return config;
}

/** Whether a run is trained to its end, or to `maxSteps`. */
export function isTrained({ run, config: planned }: PlannedRun, maxSteps = Number.POSITIVE_INFINITY): boolean {
  const { checkpoint } = runPaths(run);
  if (!existsSync(checkpoint)) return false;
  const { trainImages } = readRun(run).data;
  const { epochs, batchSize } = storedConfig(run, planned);
  return loadCheckpoint(checkpoint).progress.step >= Math.min(maxSteps, epochs * Math.floor(trainImages / batchSize));
}

/** Whether it is trained and its results are of that checkpoint. */
export function isJudged(planned: PlannedRun, maxSteps?: number): boolean {
  const { checkpoint, results } = runPaths(planned.run);
  if (!existsSync(checkpoint) || !existsSync(results)) return false;
  if (statSync(results).mtimeMs < statSync(checkpoint).mtimeMs) return false;
  return isTrained(planned, maxSteps);
}
