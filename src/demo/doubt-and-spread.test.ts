import { expect, test } from "vitest";
import { doubtAndSpread } from "./doubt-and-spread.ts";

test("doubt is what is left after the most probable class of the mean logits; spread is the mean std over classes", () => {
  const [a, b] = [Math.log(3), -Math.log(3)];
  // Mean logits of two references are 0 and 0; sigmoids 3/4 and 1/4, whose unbiased std is √(1/8).
  const found = doubtAndSpread(Float32Array.of(a, b, b, a), 2);
  expect(found.doubt).toBeCloseTo(0.5, 6);
  expect(found.spread).toBeCloseTo(Math.sqrt(1 / 8), 6);
  expect(doubtAndSpread(Float32Array.of(a, 0), 1)).toEqual({ doubt: expect.closeTo(0.25, 6), spread: 0 });
});
