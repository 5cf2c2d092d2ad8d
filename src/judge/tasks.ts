import { commonTask, type JudgedTask, type TaskResults } from "../run/index.ts";
import { judgedTask } from "../run/internal.ts";
import { judgeDetectionRuns } from "./detection/judge-detection-runs.ts";
import { judgeRuns } from "./judge-runs.ts";
import type { JudgeOptions } from "./options.ts";
import { judgeRegressionRuns } from "./regression/judge-regression.ts";
import { openRegressionRun } from "./regression/open-run.ts";

/** What judging takes of every task; the judge of each has more. */
export type CommonJudgeOptions = Pick<
  JudgeOptions,
  | ("out" | "k" | "fresh" | "weights" | "device" | "threads" | "dataDir" | "changedData")
  | ("signal" | "onNotice" | "onProgress" | "group")
>;

/** How the runs of each task are judged. */
const taskJudges: {
  readonly [Name in JudgedTask]: (runs: readonly string[], options: CommonJudgeOptions) => Promise<TaskResults<Name>[]>;
} = {
  classification: judgeRuns,
  detection: judgeDetectionRuns,
  regression: (runs, options) =>
    judgeRegressionRuns(runs, {
      ...options,
      openRun: (run, { threads }) => openRegressionRun(run, { ...options, threads: options.threads ?? threads }),
    }),
};

/**
 * Judges runs of one task, whichever it is, with that task's defaults.
 * @throws UserError for runs of several tasks; as `judgeRuns` and `judgeRegressionRuns`
 * @example await judgeByTask(["runs/a", "runs/b"], { onNotice: console.log });
 */
export const judgeByTask = async (runs: readonly string[], options: CommonJudgeOptions = {}): Promise<TaskResults[]> =>
  taskJudges[judgedTask(commonTask(runs), runs[0])](runs, options);
