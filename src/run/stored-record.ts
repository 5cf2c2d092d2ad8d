import { existsSync, readFileSync } from "node:fs";
import { UserError } from "../core/index.ts";
import { runPaths } from "../files/index.ts";

/** That config.json of a run folder is not what a training writes. */
export const damagedRecord = (run: string, error: unknown): UserError =>
  new UserError(`${runPaths(run).config}: damaged or not written by anchored: ${(error as Error).message}`);

/**
 * What config.json of a run folder of any task holds, unchecked: its reader checks it.
 * @throws UserError where `run` is no run folder, or its config.json is no JSON
 */
export function readStoredRecord<Record>(run: string): Record {
  const path = runPaths(run).config;
  if (!existsSync(path)) throw new UserError(`${run} holds no run (no config.json); train one there (options.out)`);
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw damagedRecord(run, error);
  }
}
