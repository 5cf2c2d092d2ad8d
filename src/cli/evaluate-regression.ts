import type { Option } from "commander";
import { UserError } from "../core/index.ts";
import type { Device } from "../engine/index.ts";
import type { Weights } from "../evaluate/index.ts";
import { judgeEnsemble, judgeRegressionRuns, openRegressionRun, resultFolders } from "../judge/index.ts";
import { isRegressionRun } from "../train/index.ts";
import { refuseClassFlags } from "./class-flags.ts";
import { printJudged } from "./print-judged.ts";
import { listenerOf } from "./progress.ts";
import { type Terminal, untilInterrupted } from "./terminal.ts";

interface Options {
  readonly k?: number;
  readonly weights?: Weights;
  readonly device?: Device;
  readonly threads?: number;
  readonly fresh?: boolean;
  readonly json?: boolean;
  readonly out?: string;
  readonly ensemble?: string;
  readonly dataDir?: string;
  readonly folder?: string;
  readonly csv?: string;
  readonly table?: string;
  readonly changedData?: boolean;
}

/** Flags that say something of a regression; all others ask about classes. */
const known: readonly (keyof Options)[] = [
  "k",
  "weights",
  "device",
  "threads",
  "fresh",
  "json",
  "out",
  "ensemble",
  "dataDir",
  "folder",
  "csv",
  "table",
  "changedData",
];

/** Whether the runs are regressions. @throws UserError where some are and others are not. */
export function isRegression(runs: readonly string[]): boolean {
  const [first, ...others] = runs.map((run) => ({ run, is: isRegressionRun(run) }));
  const other = others.find(({ is }) => is !== first.is);
  if (!other) return first.is;
  const [regression, classification] = first.is ? [first, other] : [other, first];
  throw new UserError(
    `${regression.run} is a regression, ${classification.run} is not; evaluate those of one task at a time`,
  );
}

/** Judges regressions, or the deep ensemble that they make, and prints what came out. */
export async function evaluateRegressions(
  terminal: Terminal,
  runs: readonly string[],
  given: Options,
  flags: readonly Option[],
): Promise<number> {
  refuseClassFlags(runs[0], given, known, flags);
  const { k, fresh, out, ensemble, json, ...opening } = given;
  if (ensemble !== undefined && out !== undefined)
    throw new UserError(`--out ${out}: the ensemble goes into --ensemble ${ensemble}; leave one out`);
  const judged = await untilInterrupted(terminal, async (signal) => {
    const options = {
      ...listenerOf(terminal, signal),
      k,
      fresh,
      openRun: (run: string) => openRegressionRun(run, opening),
    };
    if (ensemble === undefined) return judgeRegressionRuns(runs, { ...options, out });
    const command = `anchored evaluate ${runs.join(" ")} --ensemble ${ensemble}`;
    return [await judgeEnsemble(runs, ensemble, { ...options, command })];
  });
  return ensemble === undefined
    ? printJudged(terminal, judged, { json, runs, folders: resultFolders(runs, out) })
    : printJudged(terminal, judged, { json, runs: [ensemble], folders: [ensemble] });
}
