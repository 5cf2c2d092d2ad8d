import { expect, test } from "vitest";
import { type ImageSet, UserError } from "../core/index.ts";
import { allBytes } from "../core/internal.ts";
import { withImbalance } from "./imbalance.ts";

const toy = (labels: number[]): ImageSet => ({
  name: "toy/train",
  height: 1,
  width: 1,
  channels: 1,
  images: Uint8Array.from(labels, (_, i) => i % 256),
  labels: Int32Array.from(labels),
  classNames: ["a", "b", "c"],
});
const counts = ({ labels }: ImageSet) => [0, 1, 2].map((k) => labels.filter((label) => label === k).length);
const even = toy(Array.from({ length: 1500 }, (_, i) => i % 3));

test("classes shrink exponentially, the first is `ratio` times the last", () => {
  expect(counts(withImbalance(even, { ratio: 100, seed: 0 }))).toEqual([500, 50, 5]);
  expect(counts(withImbalance(even, { ratio: 1, seed: 0 }))).toEqual([500, 500, 500]);
});

test("a class with fewer images keeps all; none is emptied; images stay with their labels", () => {
  const uneven = toy([...Array(40).fill(0), ...Array(3).fill(1), ...Array(7).fill(2)]);
  const tail = withImbalance(uneven, { ratio: 1000, seed: 0 });
  expect(counts(tail)).toEqual([40, 1, 1]);
  expect(counts(withImbalance(uneven, { ratio: 4, seed: 0 }))).toEqual([40, 3, 7]);
  for (const [row, value] of allBytes(tail).entries()) expect(uneven.labels[value]).toBe(tail.labels[row]);
});

test("a seed repeats, another one differs; a ratio below 1 is refused", () => {
  const of = (seed: number) => withImbalance(even, { ratio: 10, seed }).images;
  expect(of(1)).toEqual(of(1));
  expect(of(1)).not.toEqual(of(2));
  expect(() => withImbalance(even, { ratio: 0.5, seed: 0 })).toThrow(UserError);
});
