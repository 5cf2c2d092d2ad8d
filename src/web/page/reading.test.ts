import { expect, test } from "vitest";
import { cleanPictures, read } from "./reading.ts";

test.each([
  [0, "almost no clean picture"],
  [9.75, "97\u00a0% of clean pictures"],
  [11, "any clean picture"],
])("%d among 0 to 10 is more than on %s", (value, expected) => {
  const percentiles = Array.from({ length: 101 }, (_, p) => p / 10);
  expect(cleanPictures(percentiles, value)).toBe(expected);
});

test("a reading combines the logits under each reference", () => {
  const [high, low] = [Math.log(3), 0];
  const reading = read({
    logits: Float32Array.of(high, low, high, low, low, high),
    classes: 2,
    references: 3,
    milliseconds: 0,
  });
  expect(reading).toMatchObject({ predicted: 0, agreeing: 2 });
  // The mean logits are ⅔ log 3 and ⅓ log 3.
  expect(reading.doubt).toBeCloseTo(1 / (1 + 3 ** (1 / 3)), 6);
});
