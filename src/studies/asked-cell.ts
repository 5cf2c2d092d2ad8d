import { runPaths } from "../files/index.ts";
import { judgeRuns, judgeRunsByLaplace } from "../judge/index.ts";
import { requireAsked, writeAsked } from "./asked-settings.ts";
import type { AskedCell } from "./plan.ts";
import type { PlanProgress } from "./planned-run.ts";
import { areOf } from "./stored-settings.ts";
import type { Study } from "./study.ts";

type Judge = NonNullable<Study["judge"]> & { readonly threads: number };

/** Whether the results are there, and of the checkpoint that is asked. @throws UserError where it was asked another way */
export function isAsked({ run, results, needs, judge }: AskedCell, study: Judge): boolean {
  if (!areOf(runPaths(results).results, runPaths(needs).checkpoint)) return false;
  requireAsked(run, { run: needs, ...askedAs(judge, study) });
  return true;
}

/** Judges another arm's run into a folder of its own; an aborted signal leaves it to be continued. */
export async function askCell({ run, needs, judge }: AskedCell, progress: PlanProgress, study: Judge): Promise<void> {
  const { label, dataDir, changedData, onNotice, onProgress, signal } = progress;
  onNotice?.(`${label}: judging ${needs}`);
  writeAsked(run, { run: needs, ...askedAs(judge, study) });
  const options = { dataDir, changedData, ...study, ...judge, out: run, onNotice, onProgress, signal };
  const { laplace } = judge;
  await (laplace ? judgeRunsByLaplace([needs], { ...options, laplace }) : judgeRuns([needs], options)).catch(
    (error) => {
      if (!signal?.aborted) throw error;
    },
  );
}

const askedAs = (judge: AskedCell["judge"], { threads: _, ...study }: Judge) => ({ judge: { ...study, ...judge } });
