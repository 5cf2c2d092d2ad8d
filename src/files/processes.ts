import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { sha256 } from "./sha256.ts";

/**
 * Where process ids mean the same: processes with equal ones see each other. Hosts may have equal names, and so may
 * containers, each of which counts its processes from 1 on.
 */
export const processSpace = (): string =>
  `${machine()} ${attempt(() => readlinkSync("/proc/self/ns/pid")) ?? ""}`.trim();

/** Other than that of any other machine, and than its own before it was started anew, where the system says so. */
export const machine = (): string =>
  attempt(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()) ?? hostname();

/** Whether a process of this space is there, be it another user's, and has not ended. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  // Ended, and who started it has not asked for its exit code yet.
  return !/^[ZX]/.test(statusOf(pid)?.[0] ?? "");
}

/** When a process of this space was started, in the system's own unit; undefined where it does not say. */
export const startOf = (pid: number): string | undefined => statusOf(pid)?.[19];

/** Fields of `/proc/PID/stat` after `pid (name)`; the name may have parentheses in it. */
const statusOf = (pid: number): string[] | undefined =>
  attempt(() => readFileSync(`/proc/${pid}/stat`, "utf8").split(")").at(-1)!.trim().split(" "));

/** What it reads; undefined where the system does not have it. */
export function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** What names of files begin with that a process of this space makes for itself alone: its number follows. */
export const scratchPrefix = (): string => `scratch-${sha256(processSpace()).slice(0, 12)}-`;
