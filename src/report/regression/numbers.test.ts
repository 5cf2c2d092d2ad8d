import { expect, test } from "vitest";
import { shown, shownDifference, shownMean } from "./numbers.ts";

test.each([
  [0.912345, "%", "91.2"],
  [4.56789, "target", "4.57"],
  [31.4159, "target", "31.4"],
  [12345.6, "target", "12,346"],
  [0.00123456, "target", "0.00123"],
  [0, "target", "0.00"],
  [-0.5, "", "−0.500"],
  [1340.443, "", "1,340"],
  [-0.0001, "", "0.000"],
] as const)("%s in unit %s: %s", (value, unit, text) => expect(shown(value, unit)).toBe(text));

test("a deviation shows a digit at least, and its mean as many decimals", () => {
  expect(shownMean({ mean: 31.4159, sd: 0.0412, values: [] }, "target")).toBe("31.42 ± 0.04");
  expect(shownMean({ mean: 4.56789, sd: undefined, values: [] }, "target")).toBe("4.57");
});

test("a difference has its sign, and two digits of its half width", () => {
  expect(shownDifference({ difference: -0.0412, interval: [-0.08, 0.001] }, "target", 3.1)).toBe(
    "−0.041 [−0.080, +0.001]",
  );
  expect(shownDifference({ difference: 0.0123 }, "%", 0.9)).toBe("+1.2 points");
});
