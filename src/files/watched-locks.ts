/** Of the time since the last look so much counts at most: this process may have stood still, and the disk with it. */
const MOST_MS = 5000;

interface Watched {
  readonly token: string;
  readonly lookedAt: number;
  readonly unchangedMs: number;
}

const watched = new Map<string, Watched>();

/**
 * How long a lock has been as it is while this process looked, by this process's own clock alone: clocks of two machines, and
 * of the machine that has the disk, may be minutes apart.
 * @param token all that its holder changes
 */
export function unchangedMs(path: string, token: string): number {
  const now = performance.now();
  const before = watched.get(path);
  const longer = before?.token === token ? before.unchangedMs + Math.min(now - before.lookedAt, MOST_MS) : 0;
  watched.set(path, { token, lookedAt: now, unchangedMs: longer });
  return longer;
}

export const stopWatching = (path: string): boolean => watched.delete(path);
