import { readFileSync } from "node:fs";
import type { z } from "zod";
import { UserError } from "../core/index.ts";

/** @throws UserError `missing` with the way out, where the file does not exist. */
export function readText(path: string, missing: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") throw new UserError(`${path} is missing; ${missing}`);
    throw new UserError(`cannot read ${path}: ${code ?? error}`);
  }
}

/** `text` as JSON of the given shape. @throws UserError with one line that names `where` and the first bad field. */
export function parseJson<T extends z.ZodType>(text: string, schema: T, where: string): z.infer<T> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UserError(`${where}: not valid JSON; the file is damaged`);
  }
  return ofShape(value, schema, where);
}

/** A value that has the given shape. @throws UserError with one line that names `where` and the first bad field. */
export function ofShape<T extends z.ZodType>(value: unknown, schema: T, where: string): z.infer<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0];
  throw new UserError(`${where}: ${path.length ? `${path.join(".")}: ` : ""}${message}`);
}
