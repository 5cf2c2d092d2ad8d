import { isAlive, type Peer } from "./peers.ts";

const TICK_MS = 250;

/** How long a call may wait for the other ranks. */
export interface Patience {
  /** Ranks that can be seen to have ended. */
  readonly peers: readonly Peer[];
  readonly limitS: number;
  /** Told why a call waits in vain; it does not come back. */
  readonly giveUp: (why: string) => void;
}

/** Waits for a call of the group, and gives up where a rank has ended without making it, or none comes for too long. */
export async function waitFor<T>(call: Promise<T>, { peers, limitS, giveUp }: Patience): Promise<T> {
  // Counted in ticks: of the time that this process itself stood still, no rank is to blame for.
  let ticks = 0;
  let missing: Peer | undefined;
  const timer = setInterval(() => {
    ticks += 1;
    // Missing twice: what an ended rank has sent before may still be on its way.
    if (missing) giveUp(`rank ${missing.rank} (process ${missing.pid}) has ended in the middle of it`);
    missing = peers.find(({ pid }) => !isAlive(pid));
    if (ticks * TICK_MS >= limitS * 1000)
      giveUp(
        `it has waited ${limitS} s for the other ranks: one is stuck, or slower than ANCHORED_GROUP_TIMEOUT allows`,
      );
  }, TICK_MS);
  try {
    return await call;
  } finally {
    clearInterval(timer);
  }
}
