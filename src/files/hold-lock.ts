import { mkdirSync, readFileSync, rmdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { lock } from "proper-lockfile";
import { UserError } from "../core/errors.ts";
import { lockSettings, STALE_MS } from "./lock.ts";
import { diskError } from "./run-folder.ts";

/** Longer than any process that lives stands still; another one may have its number by then. */
const FORGOTTEN_MS = 600_000;

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** Of the lock's folder: a copy of it, made with all that lies beside it, is nobody's lock. */
  readonly inode: number;
}

export interface HeldLock {
  /** @throws UserError where another process has taken the lock, because this one stood still for too long. */
  check(): void;
  release(): Promise<void>;
}

/** A lock that another process holds. */
export class LockHeld extends UserError {
  constructor(
    /** `process 12 on node7` */
    readonly holder: string,
    doing: string,
  ) {
    super(`${holder} is ${doing} just now; wait until it has ended, or choose another folder`);
  }
}

/**
 * Takes the lock of that name, a folder `<path>.lock` with `<path>.json` beside it that names its process, or refuses at
 * once. A lock dies with its process: on the same machine at once, on another 15 s later.
 * @param doing what its holder does, e.g. `training runs/a`
 * @throws LockHeld that names the process that holds it; UserError that says why no lock can be written
 * @example const held = await holdLock("runs/a/.training", "training runs/a"); try { … } finally { await held.release(); }
 */
export async function holdLock(path: string, doing: string): Promise<HeldLock> {
  const [folder, owner] = [`${path}.lock`, `${path}.json`];
  const { options, lost } = lockSettings();
  const refuse = () => {
    const { pid, host } = readOwner(owner) ?? {};
    const who = pid === undefined ? "another process" : `process ${pid}${host === hostname() ? "" : ` on ${host}`}`;
    return new LockHeld(who, doing);
  };
  let release: () => Promise<void>;
  let made: string | undefined;
  try {
    made = mkdirSync(dirname(path), { recursive: true });
    const there = statSync(folder, { throwIfNoEntry: false });
    const before = readOwner(owner);
    if (!there) rmSync(owner, { force: true });
    else if (before?.host === hostname()) {
      const age = Date.now() - there.mtimeMs;
      const lives = isRunning(before.pid) && before.inode === there.ino;
      // Its holder may be busy for longer than a lock is valid, but it lives; or it is dead, and its lock with it.
      if (lives && age < FORGOTTEN_MS) throw refuse();
      if (!lives && age < STALE_MS) utimesSync(folder, 0, 0);
    }
    release = await lock(path, options);
    const own: Owner = { pid: process.pid, host: hostname(), inode: statSync(folder).ino };
    writeFileSync(owner, JSON.stringify(own));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ELOCKED") throw refuse();
    throw diskError(error, folder);
  }
  return {
    check() {
      if (lost()) throw new UserError(`another process is ${doing}: this one stood still for too long and has stopped`);
    },
    async release() {
      if (lost()) return;
      rmSync(owner, { force: true });
      await release();
      if (made !== undefined) removeEmpty(dirname(path));
    },
  };
}

/**
 * Runs `work` while this process holds the lock, which it lets go of in any case.
 * @throws as `holdLock`, and what `work` throws
 * @example const results = await whileHeld(runPaths(run).judging, `judging ${run}`, () => judge(run));
 */
export async function whileHeld<T>(path: string, doing: string, work: () => Promise<T>): Promise<T> {
  const held = await holdLock(path, doing);
  try {
    return await work();
  } finally {
    await held.release();
  }
}

/** A folder that was made for the lock alone. */
function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // It holds what was worked on.
  }
}

function readOwner(path: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

/** Whether a process of this machine lives. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
