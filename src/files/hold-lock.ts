import fs, { mkdirSync, rmdirSync, rmSync, type Stats, statSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lock } from "proper-lockfile";
import { UserError } from "../core/errors.ts";
import { type Holder, holds, isSame, isVisible, ownHolder, readHolder, renewHolder } from "./lock-holder.ts";
import { diskError } from "./run-folder.ts";
import { stopWatching, unchangedMs } from "./watched-locks.ts";

/** A holder says so often that it lives. */
const RENEW_MS = 5000;
/** A lock that was watched for so long, and not renewed, belongs to a process that is gone. */
const LEFT_MS = 30_000;
const LOOK_EVERY_MS = 500;

export interface HeldLock {
  /** @throws UserError where another process has taken the lock, because this one stood still for too long. */
  check(): void;
  release(): Promise<void>;
}

export interface HoldOptions {
  /**
   * Whether to watch a lock, for `leftMs`, whose holder is not to be seen from here and seems to be gone; else that takes
   * several calls, each of which refuses. Default true.
   */
  readonly watch?: boolean;
  /** Told once, where it is watched. */
  readonly onWatch?: (line: string) => void;
  /** How long a lock must not be renewed for its holder to be gone, in ms. Default 30 s. */
  readonly leftMs?: number;
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
 * Takes the lock of that name, a folder `<path>.lock` with `<path>.json` beside it that names its process and is renewed every
 * 5 s, or refuses. A lock dies with its process: for processes that see each other, those of one machine or container, at once;
 * for others once it has been watched for 30 s and not renewed. No two clocks are compared, and what is watched is read from
 * a file opened anew, so that clocks may differ and network file systems may keep folders' times for as long as they like.
 * @param doing what its holder does, e.g. `training runs/a`
 * @throws LockHeld that names the process that holds it; UserError that says why no lock can be written
 * @example const held = await holdLock("runs/a/.training", "training runs/a"); try { … } finally { await held.release(); }
 */
export async function holdLock(path: string, doing: string, options: HoldOptions = {}): Promise<HeldLock> {
  const folder = `${path}.lock`;
  const refuse = () => new LockHeld(inWords(path), doing);
  let made: string | undefined;
  try {
    made = mkdirSync(dirname(path), { recursive: true });
    if (!statSync(folder, { throwIfNoEntry: false })) {
      rmSync(`${path}.json`, { force: true });
      return await take(path, doing, made);
    }
    if (!(await isLeft(path, options))) throw refuse();
    return await inPlaceOf(path, () => take(path, doing, made), options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ELOCKED") throw refuse();
    throw diskError(error, folder);
  }
}

/**
 * Runs `work` while this process holds the lock, which it lets go of in any case.
 * @throws as `holdLock`, and what `work` throws
 * @example const results = await whileHeld(runPaths(run).judging, `judging ${run}`, () => judge(run));
 */
export async function whileHeld<T>(
  path: string,
  doing: string,
  work: () => Promise<T>,
  options?: HoldOptions,
): Promise<T> {
  const held = await holdLock(path, doing, options);
  try {
    return await work();
  } finally {
    await held.release();
  }
}

/** Takes a lock that is free. @throws an error with code ELOCKED where another process was faster */
async function take(path: string, doing: string, made: string | undefined): Promise<HeldLock> {
  const [folder, file] = [`${path}.lock`, `${path}.json`];
  let own: Holder | undefined;
  let lost = false;
  const isOurs = () => !lost && own !== undefined && isSame(readHolder(file).holder ?? own, own);
  const release = await lock(path, {
    // The lock has a name of its own: no file at its path is needed.
    realpath: false,
    // proper-lockfile compares the folder's time with this machine's clock; who is gone is decided by `isLeft`.
    stale: Number.POSITIVE_INFINITY,
    update: RENEW_MS,
    onCompromised: () => {
      lost = true;
    },
    fs: {
      ...fs,
      utimes(of: string, atime: Date, mtime: Date, done: (error: Error | null) => void) {
        if (own && !isOurs()) return done(Object.assign(new Error("another process has taken it"), { code: "ENOENT" }));
        try {
          if (own) renewHolder(file, own);
        } catch {
          // The folder's time is renewed, too.
        }
        fs.utimes(of, atime, mtime, done);
      },
      // As the process ends.
      rmdirSync(of: string) {
        if (!isOurs()) return;
        rmSync(file, { force: true });
        rmdirSync(of);
      },
    },
  });
  stopWatching(path);
  try {
    own = ownHolder(statSync(folder).ino);
    renewHolder(file, own);
  } catch (error) {
    await release();
    throw error;
  }
  return {
    check() {
      if (!isOurs())
        throw new UserError(`another process is ${doing}: this one stood still for too long and has stopped`);
    },
    async release() {
      if (!isOurs()) return;
      rmSync(file, { force: true });
      await release();
      if (made !== undefined) removeEmpty(dirname(path));
    },
  };
}

/** Whether whoever held a lock is gone; one that is not to be seen from here is watched. */
async function isLeft(path: string, { watch = true, onWatch, leftMs = LEFT_MS }: HoldOptions): Promise<boolean> {
  let told = false;
  for (;;) {
    const { there, holder, token } = look(path);
    if (!there) return true;
    if (holder && isVisible(holder)) return !holds(holder, there);
    const silentMs = unchangedMs(path, token);
    if (silentMs >= leftMs) return true;
    // Renewed a moment ago, if clocks agree; while it is watched, renewed since the last look.
    const renewed = told ? silentMs === 0 : Math.abs(Date.now() - (holder?.renewed ?? there.mtimeMs)) < 3 * RENEW_MS;
    if (!watch || renewed) return false;
    if (!told)
      onWatch?.(`${path}.lock: ${inWords(path)} held it; looking for ${leftMs / 1000} s whether it still does`);
    told = true;
    await sleep(Math.min(LOOK_EVERY_MS, leftMs / 4));
  }
}

/** Removes a lock whose holder is gone and takes it, while no other process does so. */
async function inPlaceOf<T>(path: string, take: () => Promise<T>, options: HoldOptions): Promise<T> {
  const guard = `${path}.taking.lock`;
  try {
    mkdirSync(guard);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    // Left by a process that was killed in the midst, in which case the next call gets it.
    const { leftMs = LEFT_MS } = options;
    if (unchangedMs(guard, String(statSync(guard, { throwIfNoEntry: false })?.ino)) >= leftMs) removeEmpty(guard);
    throw Object.assign(new Error("another process takes it"), { code: "ELOCKED" });
  }
  try {
    // Another process may have taken it since.
    if (!(await isLeft(path, { ...options, watch: false })))
      throw Object.assign(new Error("another process has taken it"), { code: "ELOCKED" });
    rmSync(`${path}.json`, { force: true });
    removeEmpty(`${path}.lock`);
    return await take();
  } finally {
    removeEmpty(guard);
  }
}

interface Look {
  readonly there: Stats | undefined;
  readonly holder: Holder | undefined;
  /** All that a holder changes. */
  readonly token: string;
}

function look(path: string): Look {
  const there = statSync(`${path}.lock`, { throwIfNoEntry: false });
  const { text, holder } = readHolder(`${path}.json`);
  return { there, holder, token: `${there?.ino} ${there?.mtimeMs} ${text}` };
}

function inWords(path: string): string {
  const { holder } = readHolder(`${path}.json`);
  if (!holder) return "another process";
  return `process ${holder.pid}${isVisible(holder) ? "" : ` on ${holder.host}`}`;
}

/** A folder that was made for the lock alone. */
function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // It holds what was worked on.
  }
}
