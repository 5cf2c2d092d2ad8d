import { type RunConfig, readRun, runTask } from "../run/index.ts";

import type { TaskName } from "../tasks/index.ts";
import { trainClassificationRun } from "./classification-run.ts";
import { trainContrastiveRun } from "./contrastive/contrastive-run.ts";
import { readContrastiveRun } from "./contrastive/record.ts";
import { trainDetectionRun } from "./detection/detection-run.ts";
import { readDetectionRun } from "./detection/record.ts";
import { readRegressionRun } from "./regression/record.ts";
import { trainRegressionRun } from "./regression/regression-run.ts";
import type { TrainRunOptions } from "./train-run.ts";
import type { TrainSummary } from "./training.ts";

/** How runs of a task are trained. */
interface TaskTraining {
  /** Loads the data that a config names, then trains on it. */
  train(run: string, config: RunConfig, options: TrainRunOptions): Promise<TrainSummary>;
  /** What a run folder says. @throws UserError where it holds no such run */
  readRecord(run: string): { readonly config: RunConfig; readonly ranks?: number };
}

export const taskTrainings: { readonly [Name in TaskName]: TaskTraining } = {
  classification: { train: trainClassificationRun, readRecord: readRun },
  regression: { train: trainRegressionRun, readRecord: readRegressionRun },
  contrastive: { train: trainContrastiveRun, readRecord: readContrastiveRun },
  detection: { train: trainDetectionRun, readRecord: readDetectionRun },
};

const recordOf = (run: string) => taskTrainings[runTask(run) ?? "classification"].readRecord(run);

/**
 * Processes that train a run of any task.
 * @throws UserError where the folder holds no run
 * @example
 * console.log(ranksOfRun(run)); // 1, or as many as mpirun started
 */
export const ranksOfRun = (run: string): number => recordOf(run).ranks ?? 1;

/**
 * The config of a run of any task.
 * @throws UserError where the folder holds no run
 * @example
 * console.log(readRunConfig(run).epochs);
 */
export const readRunConfig = (run: string): RunConfig => recordOf(run).config;
