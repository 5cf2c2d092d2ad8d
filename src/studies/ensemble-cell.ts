import { runPaths } from "../files/index.ts";
import { judgeRunsAsOne } from "../judge/index.ts";
import { requireAsked, writeAsked } from "./asked-settings.ts";
import type { EnsembleCell } from "./plan.ts";
import type { PlanProgress } from "./planned-run.ts";
import { areOf } from "./stored-settings.ts";
import type { Study } from "./study.ts";

type Judge = NonNullable<Study["judge"]> & { readonly threads: number };

const membersOf = ({ needs, others }: EnsembleCell): string[] => [needs, ...others.map(({ run }) => run)];

const asked = (cell: EnsembleCell, { threads: _, ...judge }: Judge) => ({
  members: membersOf(cell),
  combination: cell.combination,
  judge,
});

/** Whether the results are there, and of the members' checkpoints. @throws UserError where they are of other members */
export function isCombined(cell: EnsembleCell, judge: Judge): boolean {
  const { results } = runPaths(cell.run);
  if (!membersOf(cell).every((member) => areOf(results, runPaths(member).checkpoint))) return false;
  requireAsked(cell.run, asked(cell, judge));
  return true;
}

/** Judges the members as one; an aborted signal leaves it to be done again. */
export async function combineCell(cell: EnsembleCell, progress: PlanProgress, judge: Judge): Promise<void> {
  const { label, dataDir, changedData, onNotice, onProgress, signal } = progress;
  const members = membersOf(cell);
  onNotice?.(`${label}: judging ${members.length} runs as one`);
  writeAsked(cell.run, asked(cell, judge));
  const { combination, seed } = cell;
  const options = { dataDir, changedData, ...judge, combination, seed, onNotice, onProgress, signal };
  await judgeRunsAsOne(members, cell.run, options).catch((error) => {
    if (!signal?.aborted) throw error;
  });
}
