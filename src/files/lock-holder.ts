import { readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { isRunning, processSpace, startOf } from "./processes.ts";

/** Longer than any process that lives stands still; another one may have its number by then. */
const ANOTHER_PROCESS_MS = 600_000;

/** The process that holds a lock, as it says itself in a file beside the lock's folder. */
export interface Holder {
  readonly pid: number;
  /** When it was started, where the system says so: numbers of processes come again. */
  readonly started?: string;
  /** For people. */
  readonly host: string;
  /** Where its number means it. */
  readonly space?: string;
  /** Of the lock's folder: a copy of it, made with all that lies beside it, is nobody's lock. */
  readonly inode: number;
  /** When it said so last, by its own clock. */
  readonly renewed?: number;
}

/** This process as the holder of a lock. */
export const ownHolder = (inode: number): Holder => ({
  pid: process.pid,
  started: startOf(process.pid),
  host: hostname(),
  space: processSpace(),
  inode,
  renewed: Date.now(),
});

/** Whether a holder is a process that this one could see. */
export const isVisible = ({ space }: Holder): boolean => space === processSpace();

/** Whether a process that this one could see holds the lock of that folder, however long it has been busy. */
export function holds({ pid, started, inode, renewed = 0 }: Holder, folder: { readonly ino: number }): boolean {
  if (inode !== folder.ino || !isRunning(pid)) return false;
  return started === undefined ? Date.now() - renewed < ANOTHER_PROCESS_MS : started === startOf(pid);
}

export const isSame = (a: Holder | undefined, b: Holder): boolean =>
  a?.pid === b.pid && a.started === b.started && a.space === b.space && a.inode === b.inode;

export function readHolder(path: string): { readonly text: string; readonly holder?: Holder } {
  let text = "";
  try {
    // Opened anew each time: what NFS promises to be no older than that.
    text = readFileSync(path, "utf8");
    return { text, holder: JSON.parse(text) };
  } catch {
    return { text };
  }
}

/** Over what is there, which is as long: never is there none of it, nor half, and a full disk has room for it. */
export function renewHolder(path: string, holder: Holder): void {
  const text = JSON.stringify({ ...holder, renewed: Date.now() });
  try {
    writeFileSync(path, text, { flag: "r+" });
  } catch {
    writeFileSync(path, text);
  }
}
