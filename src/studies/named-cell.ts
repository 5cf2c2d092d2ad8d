import { existsSync, rmSync } from "node:fs";
import { runPaths } from "../files/index.ts";
import { judgeRuns } from "../judge/index.ts";
import { zeroShotRunOf } from "../train/index.ts";
import { isMadeOf, judgedAs, writeAsked } from "./asked-settings.ts";
import type { NamedCell } from "./cell.ts";
import { judgeOptions, type PlanProgress } from "./planned-run.ts";
import { areOf } from "./stored-settings.ts";
import type { StudyJudge } from "./study.ts";
import { unlessAborted } from "./unless-aborted.ts";

const asked = ({ needs, data }: NamedCell, judge: StudyJudge) => ({ run: needs, data, judge: judgedAs(judge) });

/** Whether the results are there, and of the dual encoder as it is. @throws UserError where it was asked another way */
export const isNamed = (cell: NamedCell, judge: StudyJudge): boolean =>
  isMadeOf([cell.needs], cell.run, asked(cell, judge));

/** Makes a classifier of another arm's dual encoder, and judges it; an aborted signal leaves it to be continued. */
export async function nameCell(cell: NamedCell, progress: PlanProgress, judge: StudyJudge): Promise<void> {
  const { run: out, needs, data } = cell;
  const { label, dataDir, onNotice, onProgress, signal } = progress;
  const { checkpoint } = runPaths(out);
  // Made before the dual encoder was trained on.
  if (existsSync(checkpoint) && !areOf(checkpoint, runPaths(needs).checkpoint)) rmSync(out, { recursive: true });
  writeAsked(out, asked(cell, judge));
  onNotice?.(`${label}: naming classes for ${needs}`);
  const name = async () => {
    if (!existsSync(checkpoint))
      await zeroShotRunOf(needs, { out, data, dataDir, threads: judge.threads, onNotice, onProgress, signal });
    return judgeRuns([out], judgeOptions(progress, judge));
  };
  await unlessAborted(signal, name());
}
