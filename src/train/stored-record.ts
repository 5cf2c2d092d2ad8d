import { copyFileSync, existsSync } from "node:fs";
import { UserError } from "../core/index.ts";
import { runPaths } from "../files/index.ts";
import { writeFileAtomic } from "../files/internal.ts";
import type { Checkpoint } from "../run/index.ts";
import { firstDifference, saveCheckpoint } from "../run/internal.ts";

/** Writes what a run of any task says of itself, its config.json. */
export const writeRecord = (run: string, record: object): void =>
  writeFileAtomic(runPaths(run).config, `${JSON.stringify(record, null, 2)}\n`);

/** Writes a run that was made of another one instead of trained, with that one's log. */
export function writeMadeRun(run: string, from: string, record: object, checkpoint: Checkpoint): void {
  writeRecord(run, record);
  if (existsSync(runPaths(from).metrics)) copyFileSync(runPaths(from).metrics, runPaths(run).metrics);
  saveCheckpoint(runPaths(run).checkpoint, checkpoint);
}

/**
 * Begins a run. A folder without a checkpoint has nothing to lose and is started afresh.
 * @throws UserError for a folder that holds a run
 */
export function beginRecord(run: string, record: object): void {
  if (existsSync(runPaths(run).checkpoint))
    throw new UserError(`${run} already holds a run; continue it with options.resume, or choose another folder`);
  writeRecord(run, record);
}

/** A record, or a part of one, as JSON has it. */
export const asStored = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** @throws UserError naming the first field in which a resumed run is asked for what it was not trained with */
export function refuseDifference(run: string, asked: unknown, stored: unknown): void {
  const difference = firstDifference(asStored(asked), asStored(stored));
  if (difference)
    throw new UserError(
      `options.resume: ${difference.path.replace(/^config\./, "")} is ${JSON.stringify(difference.a)}, but ${run} was trained with ${JSON.stringify(difference.b)}; use the same, or another folder`,
    );
}
