import { expect, test } from "vitest";
import { Random } from "../../core/index.ts";
import { kthSmallest } from "./kth-smallest.ts";

test.each([1, 2, 3, 17, 400])("equals sorting, of %i values with and without ties", (count) => {
  const random = new Random("k-th smallest");
  for (const steps of [2, 10, 1e9])
    for (let k = 1; k <= count; k += Math.ceil(count / 9)) {
      const values = Float64Array.from({ length: count }, () => random.integer(steps));
      expect(kthSmallest(values.slice(), k)).toBe(values.sort()[k - 1]);
    }
});

test("NaN is larger than all", () => {
  expect(kthSmallest(Float64Array.of(Number.NaN, 3, Number.NaN, 1), 2)).toBe(3);
  expect(kthSmallest(Float64Array.of(Number.NaN, 3, Number.NaN, 1), 3)).toBeNaN();
});
