import { expect, test } from "vitest";
import { alone, type Group, shareOf } from "./group.ts";
import { inOneProcess } from "./in-process.ts";
import { callEverything, everything } from "./testing.ts";

/** What every group must do, by its size. */
const groups: Record<string, <T>(run: (group: Group) => Promise<T>) => Promise<T[]>> = {
  "a process by itself": async (run) => [await run(alone)],
  "one in a process": (run) => inOneProcess(1, run),
  "three in a process": (run) => inOneProcess(3, run),
};

test.each(Object.entries(groups))("%s: means, sums, what rank 0 says, what all say, and any", async (_, together) => {
  const told = await together(callEverything);
  expect(told).toEqual(everything(told.length));
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
