import { deserialize, serialize } from "node:v8";
import { atLength } from "./at-length.ts";
import type { Group } from "./group.ts";
import { GroupError, together } from "./together.ts";

/** Something that one rank makes. */
export interface Share<Made> {
  /** How long it takes, in any unit. */
  readonly cost: number;
  /** @param signal says that it is not wanted any more */
  make(signal: AbortSignal | undefined): Promise<Made>;
}

export interface ShareOptions<Made> {
  readonly signal?: AbortSignal;
  /** Called on rank 0 alone, in the order of the shares. */
  readonly keep: (index: number, made: Made) => void;
}

/**
 * Makes each share on one rank, and keeps all on rank 0; by a process by itself each is kept once it is made.
 * @throws GroupError where a rank fails, or another one was told to stop; what the signal was aborted with. What comes
 *   before the first share that a stop has left out is kept.
 */
export async function inShares<Made>(
  group: Group,
  shares: readonly Share<Made>[],
  { signal, keep }: ShareOptions<Made>,
): Promise<void> {
  if (group.size === 1) {
    for (const [i, { make }] of shares.entries()) {
      signal?.throwIfAborted();
      keep(i, await make(signal));
    }
    return;
  }
  const makers = makersOf(
    shares.map(({ cost }) => cost),
    group.size,
  );
  const own = new Map<number, Made>();
  const makeOwn = async (stop: AbortSignal | undefined) => {
    for (const [i, { make }] of shares.entries()) {
      if (makers[i] !== group.rank) continue;
      if (stop?.aborted) return;
      try {
        own.set(i, await make(stop));
      } catch (error) {
        if (stop?.aborted) return;
        throw error;
      }
    }
  };
  await atLength(group, makeOwn, signal);
  for (const [i, maker] of makers.entries()) {
    const bytes = (await group.gather(own.has(i) ? serialize(own.get(i)) : new Uint8Array()))[maker];
    if (bytes.length === 0) break;
    await together(group, () => {
      if (group.rank === 0) keep(i, own.get(i) ?? deserialize(bytes));
    });
    own.delete(i);
  }
  if (!(await group.any(signal?.aborted ?? false))) return;
  signal?.throwIfAborted();
  throw new GroupError("another rank was told to stop, and all ranks have");
}

/** Which rank makes each: the costliest first, always the rank that has least to do. */
export function makersOf(costs: readonly number[], ranks: number): number[] {
  const loads = Array.from({ length: ranks }, () => 0);
  const makers = costs.map(() => 0);
  const costliestFirst = [...costs.keys()].sort((a, b) => costs[b] - costs[a]);
  for (const i of costliestFirst) {
    makers[i] = loads.indexOf(Math.min(...loads));
    loads[makers[i]] += costs[i];
  }
  return makers;
}
