import type { Group } from "./group.ts";

/** Makes every call of a group that all its ranks can end together, and tells what came of them. */
export async function callEverything(group: Group) {
  const { rank, size } = group;
  const means = Float32Array.of(rank, 10);
  const sums = Float64Array.of(rank, 1);
  const halves = Float32Array.of(rank / 2);
  const said = Uint8Array.of(rank + 7);
  await group.mean(means);
  await group.sum(sums);
  await group.sum(halves);
  await group.broadcast(said);
  const gathered = await group.gather(new Uint8Array(rank).fill(rank));
  const [one, none] = [await group.any(rank === size - 1), await group.any(false)];
  // Libraries sum in other orders, by the length and the number of ranks; sums of these numbers round.
  const equal: boolean[] = [];
  for (const length of [3, 1000, 300_007]) {
    const rounded = Float32Array.from({ length }, (_, i) => Math.sin(i * (rank + 1)));
    await group.mean(rounded);
    const all = await group.gather(new Uint8Array(rounded.buffer));
    equal.push(all.every((bytes) => Buffer.compare(bytes, all[0]) === 0));
  }
  // Made at once, they are in turn.
  const counts = [1, 2, 3].map((count) => Float64Array.of(count));
  await Promise.all([...counts.map((count) => group.sum(count)), group.barrier()]);
  return {
    rank,
    size,
    means: [...means],
    sums: [...sums, ...halves],
    said: [...said],
    gathered: gathered.map((bytes) => [...bytes]),
    any: [one, none],
    equal,
    counts: counts.map(([count]) => count),
  };
}

/** What `callEverything` tells on each rank of a group of that size. */
export const everything = (size: number) =>
  Array.from({ length: size }, (_, rank) => ({
    rank,
    size,
    means: [(size - 1) / 2, 10],
    sums: [(size * (size - 1)) / 2, size, (size * (size - 1)) / 4],
    said: [7],
    gathered: [[], [1], [2, 2]].slice(0, size),
    any: [true, false],
    equal: [true, true, true],
    counts: [size, 2 * size, 3 * size],
  }));
