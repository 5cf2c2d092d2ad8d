import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { toJson } from "../core/index.ts";
import { runPaths } from "../files/index.ts";
import { writeFileAtomic } from "../files/internal.ts";
import { areOf, requireSettings } from "./stored-settings.ts";
import type { StudyJudge } from "./study.ts";

/** What a folder of results was made of, beside them. */
const pathIn = (folder: string): string => join(folder, "asked.json");

/** What decides results. */
export const judgedAs = ({ threads: _, ...judge }: StudyJudge): Omit<StudyJudge, "threads"> => judge;

/**
 * Whether a folder's results are there, and of these runs' checkpoints.
 * @param results the folder that they lie in, where it is not the same
 * @throws UserError where they were made with other settings
 */
export function isMadeOf(runs: readonly string[], folder: string, asked: object, results = folder): boolean {
  if (!runs.every((run) => areOf(runPaths(results).results, runPaths(run).checkpoint))) return false;
  requireAsked(folder, asked);
  return true;
}

/** @throws UserError where the folder was begun with other settings */
export function writeAsked(folder: string, asked: object): void {
  if (existsSync(pathIn(folder))) requireAsked(folder, asked);
  mkdirSync(folder, { recursive: true });
  writeFileAtomic(pathIn(folder), `${toJson(asked)}\n`);
}

function requireAsked(folder: string, asked: object): void {
  const path = pathIn(folder);
  const stored = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
  requireSettings(folder, stored, JSON.parse(JSON.stringify(asked)));
}
