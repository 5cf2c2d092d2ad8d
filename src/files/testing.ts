import { spawnSync } from "node:child_process";
import { mkdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import type { Holder } from "./lock-holder.ts";
import { ownHolder } from "./lock-holder.ts";

/** The number of a process that has ended. */
export const endedProcess = (): number => spawnSync(process.execPath, ["-e", "0"]).pid;

/** What a process leaves that holds a lock, this one where nothing else is said, by a clock that is so many seconds ahead. */
export function leaveLock(path: string, changes: Partial<Holder> = {}, secondsAhead = 0): void {
  mkdirSync(`${path}.lock`, { recursive: true });
  const at = Date.now() + secondsAhead * 1000;
  const holder: Holder = { ...ownHolder(statSync(`${path}.lock`).ino), renewed: at, ...changes };
  writeFileSync(`${path}.json`, JSON.stringify(holder));
  utimesSync(`${path}.lock`, at / 1000, at / 1000);
}
