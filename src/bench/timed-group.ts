import type { Group } from "../train/index.ts";

/** How long a process has been in the calls of its group, in milliseconds; of calls under way at once, once. */
export interface TimedGroup {
  readonly group: Group;
  /** Of all calls since it was asked last. */
  takeMs(): number;
}

/** A group that measures how long its sums and means take, waiting for the other ranks included. */
export function timedGroup(inner: Group): TimedGroup {
  let spentMs = 0;
  let underWay = 0;
  let since = 0;
  const timed =
    <T extends unknown[]>(call: (...args: T) => Promise<void>) =>
    async (...args: T): Promise<void> => {
      if (underWay++ === 0) since = performance.now();
      try {
        await call(...args);
      } finally {
        if (--underWay === 0) spentMs += performance.now() - since;
      }
    };
  const takeMs = () => {
    const ms = spentMs;
    spentMs = 0;
    return ms;
  };
  return { group: { ...inner, mean: timed(inner.mean), sum: timed(inner.sum) }, takeMs };
}
