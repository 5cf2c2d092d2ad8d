import { existsSync } from "node:fs";
import type { Listener } from "../core/index.ts";
import { runPaths } from "../files/index.ts";
import { type JudgeOptions, judgeRuns } from "../judge/index.ts";
import { holdsRun, loadCheckpoint, type RunConfig, type RunRecord, readRun } from "../run/index.ts";
import {
  isDualEncoderRun,
  readContrastiveRun,
  type TrainProgress,
  type TrainSummary,
  trainRun,
} from "../train/index.ts";
import { areOf, requireSettings } from "./stored-settings.ts";
import { unlessAborted } from "./unless-aborted.ts";

/** Who hears of several runs, one after the other or at once. */
export interface PlanListener extends Listener {
  /** How far the training is that `label` names; at its end once more, with what came of it (undefined where it failed). */
  readonly onTraining?: (label: string, at: TrainProgress | { readonly ended: TrainSummary | undefined }) => void;
}

/** A run of a larger plan, which may be there already, whole or in part. */
export interface PlannedRun {
  /** For progress, e.g. `anchored, seed 1`. */
  readonly name: string;
  readonly run: string;
  readonly config: RunConfig;
}

export interface PlanProgress extends PlanListener {
  /** What progress is headed by. */
  readonly label: string;
  readonly maxSteps?: number;
  readonly dataDir?: string;
  /** Go on though a run's training data are not those that it began with, and judge it all the same. */
  readonly changedData?: boolean;
}

/** Trains a run, or goes on training it. @returns whether it is trained to its end, or to `maxSteps` */
export async function trainPlanned(
  { run, config: planned }: PlannedRun,
  { label, onTraining, onProgress, onNotice, ...options }: PlanProgress,
): Promise<boolean> {
  const resume = holdsRun(run);
  const config = resume ? storedConfig(run, planned) : planned;
  let ended: TrainSummary | undefined;
  try {
    ended = await trainRun(run, config, {
      ...options,
      resume,
      onNotice,
      onReading: onProgress,
      onProgress: (at) => onTraining?.(label, at),
    });
  } finally {
    onTraining?.(label, { ended });
  }
  return !options.signal?.aborted && (ended.finished || options.maxSteps !== undefined);
}

/**
 * Trains and judges a run; an aborted signal leaves it to be continued.
 * @example
 * for (const planned of quickstartPlan({ out: "runs/quickstart", data: "mnist" }))
 *   await trainAndJudge(planned, { label: planned.name, onNotice: console.log }, { suites: ["clean"] });
 */
export async function trainAndJudge(
  planned: PlannedRun,
  progress: PlanProgress,
  judge: JudgeOptions = {},
): Promise<void> {
  const { label, onNotice, signal } = progress;
  const done = await trainPlanned(planned, progress);
  if (signal?.aborted) return;
  if (done) onNotice?.(`${label}: predicting the test sets`);
  await unlessAborted(signal, judgeRuns([planned.run], judgeOptions(progress, judge)));
}

/** How something is judged as part of a plan: what `judge` says, on the plan's data, told to its listener. */
export const judgeOptions = <Judge extends object>(
  { dataDir, changedData, onNotice, onProgress, signal }: PlanProgress,
  judge: Judge,
) => ({ dataDir, changedData, ...judge, onNotice, onProgress, signal });

/** A run's own threads stay, for bit-exact resumption; all else must be as planned. */
function storedConfig(run: string, planned: RunConfig): RunConfig {
  const { config } = recordOf(run);
  requireSettings(run, { ...config, threads: 0 }, { ...planned, threads: 0 });
  return config;
}

/** Whether a run is trained to its end, or to `maxSteps`. */
export function isTrained({ run, config: planned }: PlannedRun, maxSteps = Number.POSITIVE_INFINITY): boolean {
  if (!existsSync(runPaths(run).checkpoint)) return false;
  storedConfig(run, planned);
  const { step, steps } = stepsOf(run);
  return step >= Math.min(maxSteps, steps);
}

const recordOf = (run: string): Pick<RunRecord, "config" | "data"> =>
  isDualEncoderRun(run) ? readContrastiveRun(run) : readRun(run);

/** How many steps a run is trained, and how many its config asks for. */
export function stepsOf(run: string): { readonly step: number; readonly steps: number } {
  const { config, data } = recordOf(run);
  const { step } = loadCheckpoint(runPaths(run).checkpoint).progress;
  return { step, steps: config.epochs * Math.floor(data.trainImages / config.batchSize) };
}

/**
 * Whether it is trained and its results are of that checkpoint.
 * @example
 * const plan = quickstartPlan({ out: "runs/quickstart", data: "mnist" });
 * console.log(`${plan.filter((planned) => isJudged(planned)).length} of ${plan.length} runs are done`);
 */
export function isJudged(planned: PlannedRun, maxSteps?: number): boolean {
  const { checkpoint, results } = runPaths(planned.run);
  return areOf(results, checkpoint) && isTrained(planned, maxSteps);
}
