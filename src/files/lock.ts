import { setTimeout as sleep } from "node:timers/promises";
import { type HeldLock, holdLock, LockHeld } from "./hold-lock.ts";

/** How long is waited between two attempts: from short to longer. */
const [SHORTEST_MS, LONGEST_MS, LONGER] = [50, 1000, 1.5];

/**
 * Runs `work` while nobody else, in this process or another, holds the lock of that name: a folder `<path>.lock`. Waits
 * for whoever holds it; the lock of a process that was killed is free as `holdLock` says.
 * @param onWait is called once, where there is something to wait for
 * @throws UserError that says why the lock cannot be written; what `work` throws; and, after `work`, UserError where this
 *   process stood still for so long that another took the lock
 */
export async function withLock<T>(path: string, work: () => Promise<T>, onWait?: () => void): Promise<T> {
  const held = await holdOrWait(path, onWait);
  try {
    const result = await work();
    held.check();
    return result;
  } finally {
    await held.release();
  }
}

async function holdOrWait(path: string, onWait?: () => void): Promise<HeldLock> {
  for (let waitMs = SHORTEST_MS; ; waitMs = Math.min(waitMs * LONGER, LONGEST_MS)) {
    try {
      return await holdLock(path, `working on ${path}`, { watch: false });
    } catch (error) {
      if (!(error instanceof LockHeld)) throw error;
      if (waitMs === SHORTEST_MS) onWait?.();
    }
    await sleep(waitMs);
  }
}
