import { setTimeout as sleep } from "node:timers/promises";
import { deserialize, serialize } from "node:v8";
import type { Group } from "./group.ts";
import { fromFirst, together } from "./together.ts";

/** Ranks meet so often for their waiting to be about a twentieth of the work: a rank that waits in MPI keeps a processor busy. */
const SHARE_OF_WORK = 0.05;
const [SHORTEST_MS, LONGEST_MS] = [10, 2000];

/**
 * Runs `work` on every rank for as long as it takes, which may be longer than a call of the group may wait for the others.
 * @param work is handed a signal that is aborted once any rank's `signal` is or any rank has failed
 * @throws GroupError as `together`
 */
export async function atLength<T>(
  group: Group,
  work: (signal: AbortSignal | undefined) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  if (group.size === 1) return work(signal);
  const elsewhere = new AbortController();
  const stop = signal ? AbortSignal.any([signal, elsewhere.signal]) : elsewhere.signal;
  const startedAt = performance.now();
  const now = { working: true, failed: false };
  const working = Promise.resolve(stop).then(work);
  const settled = working
    .catch(() => {
      now.failed = true;
    })
    .finally(() => {
      now.working = false;
    });
  for (;;) {
    const interval = (performance.now() - startedAt) * SHARE_OF_WORK;
    const pause = sleep(Math.min(Math.max(interval, SHORTEST_MS), LONGEST_MS));
    await (now.working ? Promise.race([settled, pause]) : pause);
    const stops = now.failed || signal?.aborted === true;
    const counts = Float64Array.of(Number(now.working), Number(stops));
    await group.sum(counts);
    if (counts[1] > 0 && !stops) elsewhere.abort();
    if (counts[0] === 0) break;
  }
  // Of a rank that was stopped for another's failure, that other one's is told.
  const outcome = elsewhere.signal.aborted ? working.catch(() => undefined as T) : working;
  return together(group, () => outcome);
}

/**
 * What rank 0 makes, on all ranks, which wait for as long as it takes: plain objects and typed arrays, bit for bit.
 * @throws GroupError where it cannot
 * @example
 * const config = await ofFirst(alone, () => readConfigFile("my.config.json")); // read where rank 0 is, known everywhere
 */
export async function ofFirst<T>(group: Group, make: () => T | Promise<T>): Promise<T> {
  if (group.size === 1) return make();
  const own = await atLength(group, async () => (group.rank === 0 ? make() : undefined));
  const bytes = await fromFirst(group, () => serialize(own));
  return group.rank === 0 ? (own as T) : deserialize(bytes);
}
