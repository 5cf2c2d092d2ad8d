import { expect, test } from "vitest";
import { trainingImages } from "../augment/internal.ts";
import { epochOrder } from "./epoch-order.ts";
import { tinyDataSet } from "./testing.ts";

const options = { count: 50, length: 48, seed: 1 };

test("without repeats every image stands once in an epoch, in a new order each", () => {
  const order = epochOrder({ ...options, repeats: 1 });
  const [first, second] = [order(0, 0, 48), order(1, 0, 48)];
  expect(new Set(first.rows).size).toBe(48);
  expect(second.rows).not.toEqual(first.rows);
  expect(first.repetitions).toBeUndefined();
  expect(() => order(0, 40, 50)).toThrow(RangeError);
});

test("with 3 an epoch of the same length shows a third of the images, three times each, other ones each epoch", () => {
  const order = epochOrder({ ...options, repeats: 3 });
  const batches = [0, 8, 16, 24, 32, 40].map((first) => order(0, first, first + 8));
  const rows = batches.flatMap((batch) => [...batch.rows]);
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(row, (counts.get(row) ?? 0) + 1);
  expect([...counts.values()]).toEqual(new Array(16).fill(3));
  expect(batches.flatMap((batch) => [...batch.repetitions!])).toEqual(rows.map((_, i) => i % 3));
  // A batch is a pure function of its place.
  expect(order(0, 8, 16)).toEqual(batches[1]);
  expect(new Set([...rows, ...order(1, 0, 48).rows]).size).toBeGreaterThan(16);
});

test("the repetitions of an image are augmented differently, the first as without", () => {
  const { train, normalization } = tinyDataSet();
  const augment = [{ name: "crop", options: { pad: 4 } }];
  const make = trainingImages(train, { normalization, augment, mix: [], labelSmoothing: 0, seed: 2 });
  const repeated = make({ step: 0, epoch: 0, rows: Int32Array.of(7, 7, 7), repetitions: Int32Array.of(0, 1, 2) });
  const [a, b, c] = [0, 1, 2].map((i) => repeated.images.slice(i * 192, (i + 1) * 192));
  expect(a).toEqual(make({ step: 0, epoch: 0, rows: Int32Array.of(7) }).images);
  expect(b).not.toEqual(a);
  expect(c).not.toEqual(b);
});
