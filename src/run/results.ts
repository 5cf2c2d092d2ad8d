import { basename, resolve } from "node:path";
import type { z } from "zod";
import type { RegressionResults, Results } from "../evaluate/index.ts";
import { regressionResultsSchema, resultsSchema } from "../evaluate/internal.ts";
import { runPaths } from "../files/index.ts";
import { readText, thisMachine, versions, writeFileAtomic } from "../files/internal.ts";
import type { TaskName } from "../tasks/index.ts";
import { parseVersioned, versionedTask } from "./versioned-file.ts";

/** Of results that are computed here and now. */
export const resultsHeading = (run: string, date = new Date()) => ({
  run: basename(resolve(run)),
  date: date.toISOString(),
  machine: thisMachine(),
  versions: versions(),
});

const again = "evaluate the run again (anchored evaluate)";

const readWith = <Schema extends z.ZodType>(run: string, of: { readonly schema: Schema; readonly task: TaskName }) => {
  const path = runPaths(run).results;
  return parseVersioned(readText(path, "evaluate the run first (anchored evaluate)"), of, path, again);
};

export type ResultsTask = TaskName;

/** The task that `results.json` of a run folder is of. @throws UserError where it is missing, damaged or newer than this program. */
export function resultsTask(run: string): ResultsTask {
  const path = runPaths(run).results;
  return versionedTask(readText(path, "evaluate the run first (anchored evaluate)"), path, again);
}

/**
 * `results.json` of a classification's run folder. @throws UserError where it is missing, damaged, of another task or newer than this program.
 * @example
 * const results = readResults(run);
 * console.log(results.run, results.date);
 */
export function readResults(run: string): Results {
  return readWith(run, { schema: resultsSchema, task: "classification" });
}

/**
 * `results.json` of a regression's run folder. @throws UserError where it is missing, damaged, of another task or newer than this program.
 * @example
 * const { sets } = readRegressionResults(run);
 */
export function readRegressionResults(run: string): RegressionResults {
  return readWith(run, { schema: regressionResultsSchema, task: "regression" });
}

/** Writes `results.json` of a run folder, of any task. */
export function writeResults(run: string, results: Results | RegressionResults): void {
  writeFileAtomic(runPaths(run).results, resultsJson(results));
}

/** The text of `results.json`: indented, but a list of numbers on one line. */
const resultsJson = (value: unknown): string =>
  `${JSON.stringify(value, null, 1).replace(/\[[\s\d,.eE+-]+\]/g, (numbers) => numbers.replace(/\s+/g, ""))}\n`;
