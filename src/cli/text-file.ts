import { readFileSync } from "node:fs";
import { UserError } from "../core/index.ts";

/** The text of a file that a flag names. @throws UserError where it cannot be read */
export function readTextFile(flag: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UserError(`${flag} ${path}: cannot be read (${(error as NodeJS.ErrnoException).code}); give a text file`);
  }
}

/** Its lines that are not empty. */
export const readLines = (flag: string, path: string): readonly string[] =>
  readTextFile(flag, path)
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);
