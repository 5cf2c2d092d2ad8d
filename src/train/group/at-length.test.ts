import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { UserError } from "../../core/index.ts";
import { atLength, ofFirst } from "./at-length.ts";
import { inOneProcess } from "./in-process.ts";

test("a rank that fails stops the others in the middle of their work, which fail with what it says", async () => {
  const stopped: unknown[] = [];
  const ended = await inOneProcess(3, (group) =>
    atLength(group, async (signal) => {
      if (group.rank === 1) throw new UserError("no images here");
      await new Promise((_, fail) => signal?.addEventListener("abort", () => fail(new Error("not wanted"))));
    }).catch((error: Error) => {
      stopped.push(group.rank);
      return error.message;
    }),
  );
  expect(ended).toEqual([0, 1, 2].map(() => "rank 1 of 3: no images here"));
  expect(stopped.length).toBe(3);
});

test("what rank 0 makes, all ranks have, bit for bit; they meet while it works", async () => {
  let meetings = 0;
  const had = await inOneProcess(2, (group) => {
    const counting = { ...group, sum: (values: Float64Array) => group.sum(values).then(() => void meetings++) };
    return ofFirst(counting, async () => {
      expect(group.rank).toBe(0);
      await pause(100);
      return { values: Float64Array.of(Number.NaN, -0, 0.1), missing: undefined };
    });
  });
  expect(had[1]).toEqual(had[0]);
  expect(Object.is(had[1].values[1], -0)).toBe(true);
  expect(meetings).toBeGreaterThan(6);
});
