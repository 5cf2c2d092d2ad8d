import { expect, test } from "vitest";
import { inParallel } from "./internal.ts";

test("the first failure stops the others", async () => {
  const seen: number[] = [];
  const work = async (item: number, _: number, signal: AbortSignal) => {
    seen.push(item);
    if (item === 2) throw new Error("two");
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  };
  await expect(inParallel([1, 2, 3, 4], 2, work)).rejects.toThrow("two");
  expect(seen).toEqual([1, 2]);
});

test("so does an abort from outside, without a failure; otherwise every item has its turn, so many at a time", async () => {
  const outer = new AbortController();
  const seen: number[] = [];
  const abortAtTwo = async (item: number) => {
    seen.push(item);
    if (item === 2) outer.abort();
  };
  await inParallel([1, 2, 3], 1, abortAtTwo, outer.signal);
  expect(seen).toEqual([1, 2]);

  let [under, most] = [0, 0];
  await inParallel([1, 2, 3, 4, 5], 2, async () => {
    most = Math.max(most, ++under);
    await null;
    under--;
  });
  expect([under, most]).toEqual([0, 2]);
});
