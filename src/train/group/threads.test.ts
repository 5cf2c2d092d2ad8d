import { availableParallelism } from "node:os";
import { expect, test } from "vitest";
import { alone } from "./group.ts";
import { inOneProcess } from "./in-process.ts";
import { boundIn, ownPlace, type Place } from "./place.ts";
import { threadsOf, threadsPerRank } from "./threads.ts";

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const ranks = (count: number, place: (rank: number) => Partial<Place>): Place[] =>
  numbers(0, count).map((rank) => {
    const { machine = "a", processors = 16, bound = numbers(0, processors), ...more } = place(rank);
    return { machine, container: machine, processors, bound, most: bound.length, perTask: undefined, ...more };
  });

test.each<[string, Place[], number, string]>([
  ["free", ranks(2, () => ({})), 8, "2 ranks on this machine, 8 threads each"],
  ["more than processors", ranks(3, () => ({ processors: 2 })), 1, "3 ranks on this machine, 1 thread each"],
  ["that do not divide the processors", ranks(3, () => ({})), 5, "3 ranks on this machine, 5 threads each"],
  ["on two machines", ranks(4, (rank) => ({ machine: "ab"[rank % 2] })), 8, "4 ranks on 2 machines, 8 threads each"],
  [
    "of which one machine has more",
    ranks(3, (rank) => ({ machine: rank < 2 ? "a" : "b" })),
    8,
    "3 ranks on 2 machines, 8 threads each",
  ],
  [
    "bound to a processor each",
    ranks(2, (rank) => ({ bound: [rank] })),
    1,
    "2 ranks on this machine, 1 thread each: the launcher has bound each to 1 of 16 processors (mpirun --bind-to none and srun --cpus-per-task give more)",
  ],
  [
    "bound to a processor each, of as many",
    ranks(2, (rank) => ({ processors: 2, bound: [rank] })),
    1,
    "2 ranks on this machine, 1 thread each",
  ],
  [
    "bound to a socket by fours",
    ranks(8, (rank) => ({ processors: 32, bound: rank < 4 ? numbers(0, 16) : numbers(16, 32) })),
    4,
    "8 ranks on this machine, 4 threads each",
  ],
  [
    "in one container of four processors",
    ranks(2, () => ({ bound: [3, 4, 5, 6] })),
    2,
    "2 ranks on this machine, 2 threads each",
  ],
  [
    "in one container of the time of four processors",
    ranks(2, () => ({ most: 4 })),
    2,
    "2 ranks on this machine, 2 threads each",
  ],
  [
    "each in a container of the time of four processors",
    ranks(2, (rank) => ({ container: `${rank}`, most: 4 })),
    4,
    "2 ranks on this machine, 4 threads each",
  ],
  [
    "tasks of Slurm that are bound to nothing",
    ranks(2, () => ({ perTask: 4 })),
    4,
    "2 ranks on this machine, 4 threads each",
  ],
  [
    "tasks of Slurm that are bound",
    ranks(2, (rank) => ({ perTask: 2, bound: [2 * rank, 2 * rank + 1] })),
    2,
    "2 ranks on this machine, 2 threads each",
  ],
  [
    "on a system that does not say what they are bound to",
    ranks(2, () => ({})).map((place) => ({ ...place, bound: undefined })),
    8,
    "2 ranks on this machine, 8 threads each",
  ],
])("ranks %s", (_, places, threads, said) => {
  expect(threadsPerRank(places)).toEqual({ threads, said });
});

test.each([
  ["Cpus_allowed:\tff\nCpus_allowed_list:\t0-3,8\nMems_allowed_list:\t0", [0, 1, 2, 3, 8]],
  ["Cpus_allowed_list:\t5\n", [5]],
  ["", undefined],
])("%j", (status, bound) => {
  expect(boundIn(status)).toEqual(bound);
});

test("ranks in one process share what it may use; alone it has all", async () => {
  const processors = ownPlace({}).bound?.length ?? ownPlace({}).processors;
  const share = Math.max(1, Math.floor(Math.min(processors, availableParallelism()) / 2));
  const [one, other] = await inOneProcess(2, threadsOf);
  expect([one.threads, other]).toEqual([share, one]);
  expect(await threadsOf(alone)).toEqual({ threads: availableParallelism(), said: undefined });
  expect(ownPlace({ SLURM_CPUS_PER_TASK: "3" }).perTask).toBe(3);
});
