import { judgeRunsAsOne } from "../judge/index.ts";
import { isMadeOf, judgedAs, writeAsked } from "./asked-settings.ts";
import type { EnsembleCell } from "./cell.ts";
import { judgeOptions, type PlanProgress } from "./planned-run.ts";
import type { StudyJudge } from "./study.ts";
import { unlessAborted } from "./unless-aborted.ts";

const membersOf = ({ needs, others }: EnsembleCell): string[] => [needs, ...others.map(({ run }) => run)];

const asked = (cell: EnsembleCell, judge: StudyJudge) => ({
  members: membersOf(cell),
  combination: cell.combination,
  judge: judgedAs(judge),
});

/** Whether the results are there, and of the members' checkpoints. @throws UserError where they are of other members */
export const isCombined = (cell: EnsembleCell, judge: StudyJudge): boolean =>
  isMadeOf(membersOf(cell), cell.run, asked(cell, judge));

/** Judges the members as one; an aborted signal leaves it to be done again. */
export async function combineCell(cell: EnsembleCell, progress: PlanProgress, judge: StudyJudge): Promise<void> {
  const members = membersOf(cell);
  progress.onNotice?.(`${progress.label}: judging ${members.length} runs as one`);
  writeAsked(cell.run, asked(cell, judge));
  const { combination, seed } = cell;
  const options = judgeOptions(progress, { ...judge, combination, seed });
  await unlessAborted(progress.signal, judgeRunsAsOne(members, cell.run, options));
}
