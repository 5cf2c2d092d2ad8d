import { expect, test } from "vitest";
import { spearman } from "./rank-correlation.ts";

test.each<[string, number[], number[], number | undefined]>([
  ["any rising function", [1, 2, 3], [1, 8, 27], 1],
  ["any falling function", [1, 2, 3], [3, 0.5, -8], -1],
  // 1 − 6 Σd² / (n (n² − 1)) with d = 1, 1, 1, 1.
  ["two swaps", [1, 2, 3, 4], [2, 1, 4, 3], 1 - 24 / 60],
  // Ranks 1½, 1½, 3 and 1, 2, 3: covariance 1.5, squares 1.5 and 2.
  ["a tie", [5, 5, 9], [1, 2, 3], 1.5 / Math.sqrt(3)],
  ["one value", [4, 4, 4], [1, 2, 3], undefined],
])("%s", (_, a, b, value) => {
  if (value === undefined) expect(spearman(a, b)).toBeUndefined();
  else expect(spearman(a, b)).toBeCloseTo(value, 14);
});
