import { z } from "zod";
import { runPaths } from "../files/index.ts";
import { parseJson, readText } from "../files/internal.ts";
import { type TaskName, taskNames } from "../tasks/index.ts";

const schema = z.looseObject({ task: z.enum(taskNames).default("classification") });

export type ResultsTask = TaskName;

/** What `results.json` of a run folder is of; files of version 1 do not say, and are all of classifications. */
export function resultsTask(run: string): ResultsTask {
  const path = runPaths(run).results;
  return parseJson(readText(path, "evaluate the run first (anchored evaluate)"), schema, path).task;
}
