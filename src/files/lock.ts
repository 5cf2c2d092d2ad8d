import { lock } from "proper-lockfile";

/** A lock that was not renewed for so long belongs to a process that is gone. */
export const STALE_MS = 15_000;

/** How every lock is taken, and `lost()`: why it is no longer held, where this process stood still for too long. */
export function lockSettings() {
  let lost: Error | undefined;
  const options = {
    // The lock has a name of its own: no file at its path is needed.
    realpath: false,
    stale: STALE_MS,
    onCompromised: (error: Error) => {
      lost = error;
    },
  };
  return { options, lost: () => lost };
}

/** How long is waited between two attempts: from short to longer. */
const patience = { forever: true, minTimeout: 50, maxTimeout: 1000, factor: 1.5 } as const;

/**
 * Runs `work` while nobody else, in this process or another, holds the lock of that name: a folder `<path>.lock`. Waits
 * for whoever holds it; the lock of a process that was killed is free after 15 s.
 * @param onWait is called once, where there is something to wait for
 * @throws an error with a `code` where the lock cannot be written; what `work` throws; and, after `work`, an error where
 *   this process stood still for so long that another took the lock
 */
export async function withLock<T>(path: string, work: () => Promise<T>, onWait?: () => void): Promise<T> {
  const { options, lost } = lockSettings();
  const release = await lock(path, options).catch((error) => {
    if ((error as NodeJS.ErrnoException).code !== "ELOCKED") throw error;
    onWait?.();
    return lock(path, { ...options, retries: patience });
  });
  try {
    const result = await work();
    if (lost()) throw lost();
    return result;
  } finally {
    if (!lost()) await release();
  }
}
