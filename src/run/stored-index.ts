import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../core/index.ts";
import { readNpy, runPaths } from "../files/index.ts";
import { readText, writeFileAtomic } from "../files/internal.ts";
import type { TaskName } from "../tasks/index.ts";
import { parseVersioned, versioned } from "./versioned-file.ts";

/** A folder holds predictions of one task. */
const again = "predict into another folder (anchored evaluate --out)";

/** The list of the sets that a run of a task has predicted, each with files of its own. */
export function storedIndex<Schema extends z.ZodType<{ readonly slug: string }>>(
  task: TaskName,
  set: Schema,
  filesOf: (run: string, slug: string) => Readonly<Record<string, string>>,
) {
  type Entry = z.output<Schema>;
  const index = { task, schema: z.object({ sets: z.array(set) }) };
  const pathOf = (run: string) => join(runPaths(run).predictions, "index.json");
  /** None for a fresh run. @throws UserError where the folder holds predictions of another task, or the index is damaged. */
  function read(run: string): Entry[] {
    const path = pathOf(run);
    if (!existsSync(path)) return [];
    return parseVersioned(readText(path, ""), index, path, again).sets;
  }
  const write = (run: string, sets: readonly Entry[]): void =>
    writeFileAtomic(pathOf(run), `${JSON.stringify({ ...versioned(task), sets }, null, 2)}\n`);
  /** Removes the sets that `keep` does not want, with their files. */
  function drop(run: string, keep: (entry: Entry) => boolean): void {
    const sets = read(run);
    const dropped = sets.filter((entry) => !keep(entry));
    if (dropped.length === 0) return;
    // The index first: a file without its line does no harm, a line without its file does.
    write(run, sets.filter(keep));
    for (const { slug } of dropped) for (const path of Object.values(filesOf(run, slug))) rmSync(path, { force: true });
  }
  return { read, write, drop };
}

/** An array of a set's files. @throws UserError where it has not the shape that the index says */
export function readStored<D extends "f4" | "f8" | "i4">(
  path: string,
  shape: readonly number[],
  ...types: readonly D[]
) {
  const array = readNpy(path, ...types);
  if (array.shape.join() !== shape.join())
    throw new UserError(`${path}: shape [${array.shape.join(", ")}], but the index says [${shape.join(", ")}]`);
  return array.data;
}
