import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { inOneProcess } from "./in-process.ts";
import { inShares, makersOf } from "./shares.ts";

test("each share is made once, by one rank, and kept by rank 0 in order", async () => {
  for (const ranks of [1, 2, 3]) {
    const made: number[] = [];
    const kept = await inOneProcess(ranks, async (group) => {
      const own: [number, Float32Array][] = [];
      const shares = [1, 5, 1, 1, 2].map((cost, i) => ({
        cost,
        make: async () => {
          made.push(i);
          return Float32Array.of(i, cost);
        },
      }));
      await inShares(group, shares, { keep: (i, values) => own.push([i, values]) });
      return own;
    });
    expect(made.sort()).toEqual([0, 1, 2, 3, 4]);
    expect(kept[0]).toEqual([1, 5, 1, 1, 2].map((cost, i) => [i, Float32Array.of(i, cost)]));
    for (const others of kept.slice(1)) expect(others).toEqual([]);
  }
});

test("the costliest share goes to a rank of its own, the others to the other", () => {
  expect(makersOf([10, 10, 50, 20], 2)).toEqual([1, 1, 0, 1]);
  expect(makersOf([7, 7, 7], 3)).toEqual([0, 1, 2]);
});

test("a rank that is told to stop stops all; what is whole before the first gap is kept", async () => {
  const kept: number[] = [];
  const ended = await inOneProcess(2, async (group) => {
    const controller = new AbortController();
    const shares = [0, 1, 2, 3].map((i) => ({
      cost: 1,
      async make(signal?: AbortSignal) {
        // Shares 0 and 2 are rank 0's; 1 and 3 are rank 1's, which is told in the middle of 3.
        if (i === 3) controller.abort(new Error("Ctrl-C"));
        for (let t = 0; i > 1 && t < 1000; t++) {
          await pause(5);
          signal?.throwIfAborted();
        }
        return i;
      },
    }));
    const sharing = inShares(group, shares, { signal: controller.signal, keep: (i) => kept.push(i) });
    return sharing.catch((error: Error) => `${error.constructor.name}: ${error.message}`);
  });
  expect(kept).toEqual([0, 1]);
  expect(ended).toEqual(["GroupError: another rank was told to stop, and all ranks have", "Error: Ctrl-C"]);
});
