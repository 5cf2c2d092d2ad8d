import { basename, resolve } from "node:path";
import type { z } from "zod";
import type { DetectionResults, RegressionResults, Results } from "../evaluate/index.ts";
import { detectionResultsSchema, regressionResultsSchema, resultsSchema } from "../evaluate/internal.ts";
import { runPaths } from "../files/index.ts";
import { readText, thisMachine, versions, writeFileAtomic } from "../files/internal.ts";
import type { TaskName } from "../tasks/index.ts";
import { refusedDualEncoder } from "./run-task.ts";
import { parseVersioned, versionedTask } from "./versioned-file.ts";

/** Of results that are computed here and now. */
export const resultsHeading = (run: string, date = new Date()) => ({
  run: basename(resolve(run)),
  date: date.toISOString(),
  machine: thisMachine(),
  versions: versions(),
});

const again = "evaluate the run again (anchored evaluate)";

/** What `results.json` of each task holds. */
const schemas = {
  classification: resultsSchema,
  regression: regressionResultsSchema,
  detection: detectionResultsSchema,
} satisfies { readonly [Name in TaskName]?: z.ZodType };

/** A task whose runs are judged, or answers of other programs: what results can be of. */
export type JudgedTask = keyof typeof schemas;

/** Results of one task, or of any. */
export type TaskResults<Name extends JudgedTask = JudgedTask> = z.output<(typeof schemas)[Name]>;

function readWith<Name extends JudgedTask>(run: string, task: Name): TaskResults<Name> {
  const path = runPaths(run).results;
  const text = readText(path, "evaluate the run first (anchored evaluate)");
  return parseVersioned(text, { schema: schemas[task], task }, path, again) as TaskResults<Name>;
}

/** The task that `results.json` of a run folder is of. @throws UserError where it is missing, damaged or newer than this program. */
export function resultsTask(run: string): JudgedTask {
  const path = runPaths(run).results;
  return judgedTask(versionedTask(readText(path, "evaluate the run first (anchored evaluate)"), path, again), path);
}

/**
 * The task, where its runs are judged.
 * @param where what messages call the run
 * @throws UserError for one whose runs are not, saying how they are
 */
export function judgedTask(task: TaskName, where: string): JudgedTask {
  if (task in schemas) return task as JudgedTask;
  throw refusedDualEncoder(where);
}

/**
 * `results.json` of a classification's run folder. @throws UserError where it is missing, damaged, of another task or newer than this program.
 * @example
 * const results = readResults(run);
 * console.log(results.run, results.date);
 */
export function readResults(run: string): Results {
  return readWith(run, "classification");
}

/**
 * `results.json` of a regression's run folder. @throws UserError where it is missing, damaged, of another task or newer than this program.
 * @example
 * const { sets } = readRegressionResults(run);
 */
export function readRegressionResults(run: string): RegressionResults {
  return readWith(run, "regression");
}

/**
 * `results.json` of judged detections. @throws UserError where it is missing, damaged, of another task or newer than this program.
 * @example
 * const { figures } = readDetectionResults(run);
 */
export function readDetectionResults(run: string): DetectionResults {
  return readWith(run, "detection");
}

/** Writes `results.json` of a run folder, of any task. */
export function writeResults(run: string, results: TaskResults): void {
  writeFileAtomic(runPaths(run).results, resultsJson(results));
}

/** The text of `results.json`: indented, but a list of numbers on one line. */
const resultsJson = (value: unknown): string =>
  `${JSON.stringify(value, null, 1).replace(/\[[\s\d,.eE+-]+\]/g, (numbers) => numbers.replace(/\s+/g, ""))}\n`;
