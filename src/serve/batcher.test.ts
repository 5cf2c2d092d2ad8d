import { expect, test } from "vitest";
import { Batcher } from "./batcher.ts";

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function doubling(maxBatch: number) {
  const batches: number[] = [];
  const batcher = new Batcher<number, number>({
    maxBatch,
    async run(rows) {
      batches.push(rows.length);
      await later(5);
      return rows.map((row) => 2 * row);
    },
  });
  return { batcher, batches };
}

test("requests that arrive together share runs, each gets its own answers in order", async () => {
  const { batcher, batches } = doubling(4);
  const asked = Array.from({ length: 10 }, (_, i) => batcher.answer([i]));
  expect(await Promise.all(asked)).toEqual(Array.from({ length: 10 }, (_, i) => [2 * i]));
  expect(batches).toEqual([4, 4, 2]);
});

test("a request larger than a batch is answered whole; one that comes meanwhile waits its turn", async () => {
  const { batcher, batches } = doubling(3);
  const large = batcher.answer([1, 2, 3, 4, 5, 6, 7]);
  await later(1);
  const small = batcher.answer([8]);
  expect(await large).toEqual([2, 4, 6, 8, 10, 12, 14]);
  expect(await small).toEqual([16]);
  expect(batches).toEqual([3, 3, 2]);
});

test("nothing is asked of nobody", async () => {
  const { batcher, batches } = doubling(3);
  expect(await batcher.answer([])).toEqual([]);
  expect(batches).toEqual([]);
});

test("who gives up is not run any more, the others are", async () => {
  const { batcher, batches } = doubling(1);
  const gone = new AbortController();
  const first = batcher.answer([1]);
  const second = batcher.answer([2], gone.signal);
  const third = batcher.answer([3]);
  gone.abort(new Error("gone"));
  await expect(second).rejects.toThrow("gone");
  await expect(batcher.answer([4], gone.signal)).rejects.toThrow("gone");
  expect([await first, await third]).toEqual([[2], [6]]);
  expect(batches).toEqual([1, 1]);
});

test("a failing run fails its own requests alone", async () => {
  const batcher = new Batcher<number, number>({
    maxBatch: 1,
    async run([row]) {
      if (row === 13) throw new Error("unlucky");
      return [row];
    },
  });
  const [good, bad, next] = [batcher.answer([1]), batcher.answer([13, 14]), batcher.answer([2])];
  await expect(bad).rejects.toThrow("unlucky");
  expect([await good, await next]).toEqual([[1], [2]]);
  await batcher.drained();
  expect(batcher.waiting).toBe(0);
});
