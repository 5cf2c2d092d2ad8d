import { describe, expect, test } from "vitest";
import { alone, type Group, shareOf } from "./group.ts";
import { inOneProcess } from "./in-process.ts";

/** What every group must do, by its size. */
const groups: Record<string, <T>(run: (group: Group) => Promise<T>) => Promise<T[]>> = {
  "a process by itself": async (run) => [await run(alone)],
  "one in a process": (run) => inOneProcess(1, run),
  "three in a process": (run) => inOneProcess(3, run),
};

describe.each(Object.entries(groups))("%s", (_, together) => {
  test("means, sums, what rank 0 says, what all say, and any", async () => {
    const told = await together(async (group) => {
      const { rank, size } = group;
      const means = Float32Array.of(rank, 10);
      const sums = Float64Array.of(rank, 1);
      const said = Uint8Array.of(rank + 7);
      await group.mean(means);
      await group.sum(sums);
      await group.broadcast(said);
      const gathered = await group.gather(new Uint8Array(rank).fill(rank));
      const [one, none] = [await group.any(rank === size - 1), await group.any(false)];
      await group.barrier();
      return { means, sums, said, gathered, one, none, size };
    });
    const { size } = told[0];
    expect(told).toHaveLength(size);
    for (const { means, sums, said, gathered, one, none } of told) {
      expect(means).toEqual(Float32Array.of((size - 1) / 2, 10));
      expect(sums).toEqual(Float64Array.of((size * (size - 1)) / 2, size));
      expect(said).toEqual(Uint8Array.of(7));
      expect(gathered.map((bytes) => [...bytes])).toEqual([[], [1], [2, 2]].slice(0, size));
      expect([one, none]).toEqual([true, false]);
    }
  });
});

test("a rank that fails takes the others down", async () => {
  const waiting = inOneProcess(3, async (group) => {
    if (group.rank === 1) throw new Error("no data here");
    await group.barrier();
  });
  await expect(waiting).rejects.toThrow("no data here");
});

test.each([
  [10, 3, [0, 4, 7, 10]],
  [6, 3, [0, 2, 4, 6]],
  [1, 2, [0, 1, 1]],
])("%i things are shared out among %i ranks", (count, size, ends) => {
  const shares = Array.from({ length: size }, (_, rank) => shareOf({ rank, size }, count));
  expect(shares).toEqual(ends.slice(1).map((to, rank) => ({ from: ends[rank], to })));
});
