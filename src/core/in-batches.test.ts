import { expect, test } from "vitest";
import { inBatches, joinRows } from "./in-batches.ts";

/** Numbers that say where they belong. */
const value = (outer: number, row: number, inner: number) => 100 * outer + row + inner / 10;

for (const [count, size] of [
  [7, 3],
  [6, 3],
  [2, 5],
  [1, 1],
])
  test(`${count} rows, ${size} at a time: padded batches on axis 1 are joined, without what fills up the last`, async () => {
    const seen: number[][] = [];
    const told: number[] = [];
    const { outputs } = await inBatches(
      { count, size, axis: 1, onProgress: ({ done, total }) => told.push(done, total) },
      async ({ rows, from, to }) => {
        seen.push([...rows]);
        expect([...rows.subarray(0, to - from)]).toEqual(Array.from({ length: to - from }, (_, i) => from + i));
        const data = [0, 1].flatMap((outer) => [...rows].flatMap((row) => [0, 1].map((k) => value(outer, row, k))));
        return { outputs: { shape: [2, size, 2], data: Float64Array.from(data) } };
      },
    );
    expect(outputs!.shape).toEqual([2, count, 2]);
    const rows = Array.from({ length: count }, (_, row) => row);
    expect([...outputs!.data]).toEqual(
      [0, 1].flatMap((outer) => rows.flatMap((row) => [0, 1].map((k) => value(outer, row, k)))),
    );
    expect(seen.flat()).toEqual([...rows, ...Array(seen.length * size - count).fill(count - 1)]);
    expect(told.slice(-2)).toEqual([count, count]);
    expect(told).toHaveLength(2 * Math.ceil(count / size));
  });

test("batches that are not filled up, of several arrays, names among them", async () => {
  const { score, label } = await inBatches({ count: 5, size: 2 }, async ({ from, to }) => {
    const rows = Array.from({ length: to - from }, (_, i) => from + i);
    return {
      score: { shape: [rows.length], data: Float32Array.from(rows) },
      label: { shape: [rows.length], data: rows.map((row) => `row ${row}`) },
    };
  });
  expect(score!.data).toEqual(Float32Array.of(0, 1, 2, 3, 4));
  expect(label).toEqual({ shape: [5], data: ["row 0", "row 1", "row 2", "row 3", "row 4"] });
});

test("parts of other numbers of rows are joined along theirs; of none there is nothing", () => {
  const part = (from: number, to: number) => {
    const rows = Array.from({ length: to - from }, (_, i) => from + i);
    const data = [0, 1].flatMap((outer) => rows.flatMap((row) => [0, 1].map((k) => value(outer, row, k))));
    return { shape: [2, rows.length, 2], data: Float32Array.from(data) };
  };
  expect(joinRows([part(0, 3), part(3, 3), part(3, 4)], 1)).toEqual(part(0, 4));
  expect(joinRows([])).toBeUndefined();
});

test("no rows: nothing is computed", async () => {
  const never = async () => {
    throw new Error("computed");
  };
  expect(await inBatches({ count: 0, size: 4 }, never)).toEqual({});
});

test("a failure is the caller's", async () => {
  const fails = async ({ from }: { from: number }) => {
    if (from > 0) throw new Error("second batch");
    return { x: { shape: [1], data: Float32Array.of(1) } };
  };
  await expect(inBatches({ count: 3, size: 1 }, fails)).rejects.toThrow("second batch");
});
