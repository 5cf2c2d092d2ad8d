import { isRunning } from "../../files/internal.ts";
import type { Peer } from "./peers.ts";

const TICK_MS = 250;

/** Told why the group cannot go on; it does not come back. */
type GiveUp = (why: string) => void;

/** Waits for a call of the group, and gives up where it takes longer than `limitS` seconds. */
export async function waitFor<T>(call: Promise<T>, limitS: number, giveUp: GiveUp): Promise<T> {
  // Counted in ticks: of the time that this process itself stood still, no rank is to blame for.
  let ticks = 0;
  const timer = setInterval(() => {
    ticks += 1;
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

/** Gives up where one of the peers has ended: srun would let the others wait for it. Returns what ends the watch. */
export function watch(peers: readonly Peer[], giveUp: GiveUp): () => void {
  let missing: Peer | undefined;
  const timer = setInterval(() => {
    // Missing twice: this process may have all that it needs of a rank that has left.
    if (missing) giveUp(`rank ${missing.rank} (process ${missing.pid}) has ended without leaving the group`);
    missing = peers.find(({ pid }) => !isRunning(pid));
  }, TICK_MS);
  // The program ends when it has nothing else to do.
  timer.unref();
  return () => clearInterval(timer);
}
