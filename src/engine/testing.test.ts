import { expect, test } from "vitest";
import { HostArray } from "../core/host-array.ts";
import { relativeError } from "./testing.ts";

const array = (...values: number[]) => HostArray.float32([values.length], Float32Array.from(values));

test.each<[string, number[], number[], number]>([
  ["a small gradient that is all zero", [0, 0], [1e-6, -5e-7], 1],
  ["half of a small number", [2e-6, 0], [4e-6, 0], 0.5],
  ["a large number, a little off", [1001, 3], [1000, 3], 1e-3],
  ["noise where there must be none", [1e-9, 0], [0, 0], Number.POSITIVE_INFINITY],
  ["zeros", [0, -0], [0, 0], 0],
  [
    "what is not finite, alike",
    [Number.NaN, Number.POSITIVE_INFINITY, 1],
    [Number.NaN, Number.POSITIVE_INFINITY, 1],
    0,
  ],
  ["NaN for a number", [Number.NaN, 1], [1, 1], Number.POSITIVE_INFINITY],
  ["a number for NaN", [1, 1], [Number.NaN, 1], Number.POSITIVE_INFINITY],
])("relative error of %s", (_, actual, expected, error) => {
  expect(relativeError(array(...actual), array(...expected))).toBeCloseTo(error, 6);
});

test("what is but rounding of larger numbers is relative to those", () => {
  expect(relativeError(array(2e-7), array(1e-7), 1)).toBeCloseTo(1e-7, 12);
  expect(relativeError(array(4), array(2), 1)).toBe(1);
});
