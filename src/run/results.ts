import { basename, resolve } from "node:path";
import type { RegressionResults, Results } from "../evaluate/index.ts";
import { regressionResultsSchema, resultsSchema } from "../evaluate/internal.ts";
import { runPaths } from "../files/index.ts";
import { parseJson, readText, thisMachine, versions, writeFileAtomic } from "../files/internal.ts";

/** Of results that are computed here and now. */
export const resultsHeading = (run: string, date = new Date()) => ({
  run: basename(resolve(run)),
  date: date.toISOString(),
  machine: thisMachine(),
  versions: versions(),
});

/**
 * `results.json` of a run folder. @throws UserError where it is missing or damaged.
 * @example
 * const results = readResults(run);
 * console.log(results.run, results.date);
 */
export function readResults(run: string): Results {
  const path = runPaths(run).results;
  return parseJson(readText(path, "evaluate the run first (anchored evaluate)"), resultsSchema, path);
}

/**
 * `results.json` of a regression's run folder. @throws UserError where it is missing, damaged or of another task.
 * @example
 * const { sets } = readRegressionResults(run);
 */
export function readRegressionResults(run: string): RegressionResults {
  const path = runPaths(run).results;
  return parseJson(readText(path, "evaluate the run first (anchored evaluate)"), regressionResultsSchema, path);
}

/** Writes `results.json` of a run folder, of any task. */
export function writeResults(run: string, results: Results | RegressionResults): void {
  writeFileAtomic(runPaths(run).results, resultsJson(results));
}

/** The text of `results.json`: indented, but a list of numbers on one line. */
const resultsJson = (value: unknown): string =>
  `${JSON.stringify(value, null, 1).replace(/\[[\s\d,.eE+-]+\]/g, (numbers) => numbers.replace(/\s+/g, ""))}\n`;
