import { expect, test } from "vitest";
import { pieces } from "./mpi-calls.ts";

test.each([
  [5, 2, [[1, 2], [3, 4], [5]]],
  [
    4,
    2,
    [
      [1, 2],
      [3, 4],
    ],
  ],
  [2, 4, [[1, 2]]],
  [0, 2, []],
])("%i numbers, %i at once", (length, most, parts) => {
  const values = Float32Array.from({ length }, (_, i) => i + 1);
  const told = [...pieces(values, most)];
  expect(told.map((part) => [...part])).toEqual(parts);
  // What MPI writes into a part, it writes into the array.
  for (const part of told) part.fill(0);
  expect(values.every((value) => value === 0)).toBe(true);
});
