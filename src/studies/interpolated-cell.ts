import { judgeRuns } from "../judge/index.ts";
import { interpolateRunsOf } from "../train/index.ts";
import { isMadeOf, judgedAs, writeAsked } from "./asked-settings.ts";
import type { InterpolatedCell } from "./cell.ts";
import { judgeOptions, type PlanProgress } from "./planned-run.ts";
import type { StudyJudge } from "./study.ts";
import { unlessAborted } from "./unless-aborted.ts";

const asked = ({ from, needs, at }: InterpolatedCell, judge: StudyJudge) => ({
  from,
  run: needs,
  at,
  judge: judgedAs(judge),
});

/** Whether the results are there, and of both runs as they are. @throws UserError where it was asked another way */
export const isInterpolated = (cell: InterpolatedCell, judge: StudyJudge): boolean =>
  isMadeOf([cell.from, cell.needs], cell.run, asked(cell, judge), cell.results);

/** Mixes the weights of two other arms' runs, and judges the mixture; an aborted signal leaves it to be continued. */
export async function interpolateCell(
  cell: InterpolatedCell,
  progress: PlanProgress,
  judge: StudyJudge,
): Promise<void> {
  const { run: out, results, from, needs, at } = cell;
  const { label, dataDir, changedData, onNotice, signal } = progress;
  writeAsked(out, asked(cell, judge));
  onNotice?.(`${label}: ${at} of the way from ${from} to ${needs}`);
  const mix = async () => {
    await interpolateRunsOf(from, needs, { out, at: [at], dataDir, changedData, onNotice, signal });
    return judgeRuns([results], judgeOptions(progress, judge));
  };
  await unlessAborted(signal, mix());
}
