import { UserError } from "../core/index.ts";
import { type TaskName, taskNames } from "../tasks/index.ts";
import type { RunConfigInput } from "./config.ts";
import { readStoredRecord } from "./stored-record.ts";

/**
 * Of which task a run folder is, a classification where its config names none; `undefined` where it holds no run.
 * @example
 * console.log(runTask(run)); // classification
 */
export function runTask(run: string): TaskName | undefined {
  try {
    const { config } = readStoredRecord<{ readonly config?: RunConfigInput }>(run);
    return taskNames.find((name) => name === (config?.task?.name ?? "classification"));
  } catch {
    return undefined;
  }
}

/** That a dual encoder's run is no classifier, and how it becomes one. */
export const refusedDualEncoder = (run: string): UserError =>
  new UserError(
    `${run} is a dual encoder, which knows no classes of its own; make a classifier of it (anchored zero-shot), and use that`,
  );

/**
 * The task that run folders have in common; a folder that holds no run counts as a classification, whose reader says what is wrong.
 * @throws UserError where they are of several
 * @example
 * console.log(commonTask([run, otherRun]));
 */
export function commonTask(runs: readonly string[]): TaskName {
  const [first, ...others] = runs.map((run) => ({ run, task: runTask(run) ?? "classification" }));
  const other = others.find(({ task }) => task !== first.task);
  if (!other) return first?.task ?? "classification";
  throw new UserError(
    `${first.run} is a ${first.task}, ${other.run} a ${other.task}; evaluate those of one task at a time`,
  );
}
