import { existsSync, rmSync } from "node:fs";
import { reporter } from "../core/index.ts";
import { runPaths } from "../files/index.ts";
import { judgeRunsAsOne } from "../judge/index.ts";
import { loadCheckpoint } from "../run/index.ts";
import { swagSamplesOf } from "../train/index.ts";
import { requireAsked, writeAsked } from "./asked-settings.ts";
import { type SamplesCell, sampleRun } from "./plan.ts";
import type { PlanProgress } from "./planned-run.ts";
import { areOf } from "./stored-settings.ts";
import type { Study } from "./study.ts";

type Judge = NonNullable<Study["judge"]> & { readonly threads: number };

const asked = ({ needs, count, combination }: SamplesCell, { threads: _, ...judge }: Judge) => ({
  run: needs,
  samples: count,
  combination,
  judge,
});

/** Whether the results are there, and of the checkpoint that is drawn from. @throws UserError where it was asked another way */
export function isSampled(cell: SamplesCell, judge: Judge): boolean {
  if (!areOf(runPaths(cell.run).results, runPaths(cell.needs).checkpoint)) return false;
  requireAsked(cell.run, asked(cell, judge));
  return true;
}

/** Draws networks of what another arm's run has collected, and judges them as one; an aborted signal leaves it to be continued. */
export async function sampleCell(cell: SamplesCell, progress: PlanProgress, judge: Judge): Promise<void> {
  const { run, needs, count, combination, seed } = cell;
  const { label, maxSteps, dataDir, changedData, onNotice, onProgress, signal } = progress;
  if (maxSteps !== undefined && (loadCheckpoint(runPaths(needs).checkpoint).swag?.snapshots ?? 0) < 2)
    return onNotice?.(`${label}: ${needs} was stopped before there are weights to draw from; left out`);
  writeAsked(run, asked(cell, judge));
  removeOlder(cell);
  onNotice?.(`${label}: drawing ${count} networks of ${needs}, and judging them as one`);
  const given = { dataDir, changedData, onNotice, signal };
  const batches = reporter({ onProgress, signal }, "measuring", "batches");
  try {
    const drawing = { ...given, out: run, samples: count, seed, onReading: onProgress, onProgress: batches };
    const samples = await swagSamplesOf(needs, drawing).finally(() => onProgress?.(undefined));
    await judgeRunsAsOne(samples, run, { ...given, ...judge, combination, seed, onProgress });
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}

/** Removes what was drawn before the run was trained on. */
function removeOlder({ run, needs, count }: SamplesCell): void {
  for (let i = 1; i <= count; i++) {
    const { checkpoint } = runPaths(sampleRun(run, i));
    if (existsSync(checkpoint) && !areOf(checkpoint, runPaths(needs).checkpoint))
      rmSync(sampleRun(run, i), { recursive: true });
  }
}
