import { existsSync, rmSync } from "node:fs";
import { reporter } from "../core/index.ts";
import { runPaths } from "../files/index.ts";
import { judgeRunsAsOne } from "../judge/index.ts";
import { loadCheckpoint } from "../run/index.ts";
import { swagSamplesOf } from "../train/index.ts";
import { isMadeOf, judgedAs, writeAsked } from "./asked-settings.ts";
import type { SamplesCell } from "./cell.ts";
import { sampleRun } from "./plan.ts";
import { judgeOptions, type PlanProgress } from "./planned-run.ts";
import { areOf } from "./stored-settings.ts";
import type { StudyJudge } from "./study.ts";
import { unlessAborted } from "./unless-aborted.ts";

const asked = ({ needs, count, combination }: SamplesCell, judge: StudyJudge) => ({
  run: needs,
  samples: count,
  combination,
  judge: judgedAs(judge),
});

/** Whether the results are there, and of the checkpoint that is drawn from. @throws UserError where it was asked another way */
export const isSampled = (cell: SamplesCell, judge: StudyJudge): boolean =>
  isMadeOf([cell.needs], cell.run, asked(cell, judge));

/** Draws networks of what another arm's run has collected, and judges them as one; an aborted signal leaves it to be continued. */
export async function sampleCell(cell: SamplesCell, progress: PlanProgress, judge: StudyJudge): Promise<void> {
  const { run, needs, count, combination, seed } = cell;
  const { label, maxSteps, dataDir, changedData, onNotice, onProgress, signal } = progress;
  if (maxSteps !== undefined && (loadCheckpoint(runPaths(needs).checkpoint).swag?.snapshots ?? 0) < 2)
    return onNotice?.(`${label}: ${needs} was stopped before there are weights to draw from; left out`);
  writeAsked(run, asked(cell, judge));
  removeOlder(cell);
  onNotice?.(`${label}: drawing ${count} networks of ${needs}, and judging them as one`);
  const drawing = { dataDir, changedData, out: run, samples: count, seed, onNotice, onReading: onProgress, signal };
  const batches = reporter({ onProgress, signal }, "measuring", "batches");
  const draw = async () => {
    const samples = await swagSamplesOf(needs, { ...drawing, onProgress: batches }).finally(() =>
      onProgress?.(undefined),
    );
    return judgeRunsAsOne(samples, run, judgeOptions(progress, { ...judge, combination, seed }));
  };
  await unlessAborted(signal, draw());
}

/** Removes what was drawn before the run was trained on. */
function removeOlder({ run, needs, count }: SamplesCell): void {
  for (let i = 1; i <= count; i++) {
    const { checkpoint } = runPaths(sampleRun(run, i));
    if (existsSync(checkpoint) && !areOf(checkpoint, runPaths(needs).checkpoint))
      rmSync(sampleRun(run, i), { recursive: true });
  }
}
