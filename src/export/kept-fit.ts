import { existsSync, readFileSync } from "node:fs";
import type { z } from "zod";
import { UserError } from "../core/index.ts";
import { runPaths } from "../files/index.ts";
import { parseJson, readText, sha256, writeFileAtomic } from "../files/internal.ts";

/** Of the checkpoint that a run folder holds now, and of what else is hashed behind it: what a kept fit belongs to. */
export const checkpointSha256 = (run: string, behind = ""): string =>
  sha256(readFileSync(runPaths(run).checkpoint), behind);

/** What a run folder keeps of an earlier fit; undefined where it keeps none. @throws UserError for a damaged file */
export function readFit<Schema extends z.ZodType>(path: string, schema: Schema): z.infer<Schema> | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return parseJson(readText(path, ""), schema, path);
  } catch (error) {
    throw error instanceof UserError ? new UserError(`${error.message}; remove it, and it is made anew`) : error;
  }
}

/** @returns whether it could be kept: a run that is read-only is fitted anew whenever it is opened */
export function keepFit(path: string, content: object): boolean {
  try {
    writeFileAtomic(path, `${JSON.stringify(content)}\n`);
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}
