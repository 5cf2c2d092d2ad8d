import { judgeRuns, judgeRunsByLaplace } from "../judge/index.ts";
import { isMadeOf, judgedAs, writeAsked } from "./asked-settings.ts";
import type { AskedCell } from "./cell.ts";
import { judgeOptions, type PlanProgress } from "./planned-run.ts";
import type { StudyJudge } from "./study.ts";
import { unlessAborted } from "./unless-aborted.ts";

const asked = ({ needs, judge }: AskedCell, study: StudyJudge) => ({
  run: needs,
  judge: { ...judgedAs(study), ...judge },
});

/** Whether the results are there, and of the checkpoint that is asked. @throws UserError where it was asked another way */
export const isAsked = (cell: AskedCell, study: StudyJudge): boolean =>
  isMadeOf([cell.needs], cell.run, asked(cell, study), cell.results);

/** Judges another arm's run into a folder of its own; an aborted signal leaves it to be continued. */
export async function askCell(cell: AskedCell, progress: PlanProgress, study: StudyJudge): Promise<void> {
  const { run, needs, judge } = cell;
  progress.onNotice?.(`${progress.label}: judging ${needs}`);
  writeAsked(run, asked(cell, study));
  const options = judgeOptions(progress, { ...study, ...judge, out: run });
  const { laplace } = judge;
  const judging = laplace ? judgeRunsByLaplace([needs], { ...options, laplace }) : judgeRuns([needs], options);
  await unlessAborted(progress.signal, judging);
}
