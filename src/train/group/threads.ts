import { availableParallelism } from "node:os";
import { counted } from "../../core/internal.ts";
import { gatherJson } from "./gather-json.ts";
import type { Group } from "./group.ts";
import { ownPlace, type Place } from "./place.ts";

/** How many threads each rank of a group computes with. */
export interface Threads {
  readonly threads: number;
  /** `2 ranks on this machine, 1 thread each`; undefined of a process by itself. */
  readonly said: string | undefined;
}

/**
 * Threads for each rank of a group, so that the ranks of a machine together have as many as processors: by what each is
 * bound to, by quotas of containers, and by Slurm's `--cpus-per-task`. The same on all ranks.
 * @example
 * const { threads, said } = await threadsOf(await openGroup());
 * if (said) console.error(said); // 2 ranks on this machine, 1 thread each
 */
export async function threadsOf(group: Group): Promise<Threads> {
  if (group.size === 1) return { threads: availableParallelism(), said: undefined };
  return threadsPerRank(await gatherJson(group, ownPlace()));
}

/** Threads for each rank, by the places of all of them: as many as the rank that has fewest processors can use. */
export function threadsPerRank(places: readonly Place[]): Threads {
  const threads = Math.min(...places.map((place) => processorsOf(place, places)));
  const machines = new Set(places.map(({ machine }) => machine)).size;
  const where = machines === 1 ? "this machine" : `${machines} machines`;
  const each = `${places.length} ranks on ${where}, ${counted(threads, "thread")} each`;
  const tied = places.find((place) => isTied(place, places) && place.bound!.length <= threads);
  return { threads, said: tied ? `${each}: ${tiedInWords(tied)}` : each };
}

/** Its share of the processors that it is bound to with others, of its container's quota and of its task's. */
function processorsOf(place: Place, places: readonly Place[]): number {
  const { bound, processors, most, perTask = Number.POSITIVE_INFINITY } = place;
  const neighbours = places.filter(({ machine }) => machine === place.machine);
  const share = bound
    ? sum(bound.map((processor) => 1 / neighbours.filter((other) => other.bound?.includes(processor)).length))
    : processors / neighbours.length;
  const sharing = neighbours.filter(({ container }) => container === place.container).length;
  const quota = most < (bound?.length ?? processors) ? most / sharing : Number.POSITIVE_INFINITY;
  // Thirds do not add up exactly.
  return Math.max(1, Math.floor(Math.min(share, quota, perTask) + 1e-6));
}

/** Whether what started it has bound it to other processors than its neighbours, and to fewer than its part of them. */
function isTied({ machine, bound, processors, perTask }: Place, places: readonly Place[]): boolean {
  const neighbours = places.filter((other) => other.machine === machine);
  if (!bound || perTask !== undefined || bound.length >= Math.floor(processors / neighbours.length)) return false;
  return neighbours.some((other) => other.bound?.join() !== bound.join());
}

const tiedInWords = ({ bound, processors }: Place) =>
  `the launcher has bound each to ${bound!.length} of ${processors} processors (mpirun --bind-to none and srun --cpus-per-task give more)`;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
