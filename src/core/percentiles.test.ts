import { expect, test } from "vitest";
import { percentiles, rankAmong, shareInWords } from "./percentiles.ts";

test("percentiles go from the least value to the largest, and between neighbours in proportion", () => {
  const found = percentiles([4, 0, 2, 1, 3]);
  expect(found).toHaveLength(101);
  expect([found[0], found[10], found[50], found[75], found[100]]).toEqual([0, 0.4, 2, 3, 4]);
});

test("a rank is the share of values that one is above at least, and 1 only above all", () => {
  const tenths = Array.from({ length: 101 }, (_, p) => p / 10);
  expect([-1, 0, 0.05, 5.05, 9.95, 10, 10.01].map((value) => rankAmong(tenths, value))).toEqual([
    0, 0, 0, 0.5, 0.99, 0.99, 1,
  ]);
});

test.each([
  [0, "almost no clean picture"],
  [0.97, "97\u00a0% of clean pictures"],
  [1, "any clean picture"],
])("the rank %d is more than on %s", (rank, expected) => {
  expect(shareInWords(rank, "clean picture")).toBe(expected);
});
