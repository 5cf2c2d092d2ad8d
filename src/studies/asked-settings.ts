import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { toJson } from "../core/index.ts";
import { writeFileAtomic } from "../files/internal.ts";
import { requireSettings } from "./stored-settings.ts";

/** What a folder of results was made of, beside them. */
const pathIn = (folder: string): string => join(folder, "asked.json");

/** @throws UserError where the folder was made with other settings */
export function requireAsked(folder: string, asked: object): void {
  const path = pathIn(folder);
  const stored = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
  requireSettings(folder, stored, JSON.parse(JSON.stringify(asked)));
}

/** @throws UserError where the folder was begun with other settings */
export function writeAsked(folder: string, asked: object): void {
  if (existsSync(pathIn(folder))) requireAsked(folder, asked);
  mkdirSync(folder, { recursive: true });
  writeFileAtomic(pathIn(folder), `${toJson(asked)}\n`);
}
