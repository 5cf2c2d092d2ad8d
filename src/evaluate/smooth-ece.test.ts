import { expect, test } from "vitest";
import { selfConsistentWidth, smoothEce, smoothEceAt } from "./smooth-ece.ts";

const fraction = (x: number) => x - Math.floor(x);
const n = 1000;
const f = Array.from({ length: n }, (_, i) => fraction(i * 0.618033988749895));
const u = Array.from({ length: n }, (_, i) => fraction(i * 0.754877666246693));
const halved = f.map((x) => 0.5 + 0.5 * x);

/** Reference values: the authors' package (ml-calibration, relplot) in NumPy float64. */
const references = [
  {
    name: "A",
    confidence: f,
    correct: u.map((x, i) => Number(x < f[i] ** 1.3)),
    positives: 437,
    smEce: 0.06284132732444557,
    width: 0.0634765625,
    atWidth05: 0.06282618562546231,
  },
  {
    name: "B",
    confidence: halved,
    correct: u.map((x, i) => Number(x < 0.8 * halved[i])),
    positives: 602,
    smEce: 0.14819490518233655,
    width: 0.1484375,
    atWidth05: 0.14829801513642352,
  },
];

test.each(references)("agrees with the authors' package: $name", (reference) => {
  const { confidence, correct, positives, smEce, width, atWidth05 } = reference;
  expect(correct.reduce((a, b) => a + b)).toBe(positives);
  expect(Math.abs(smoothEceAt(confidence, correct, 0.05) - atWidth05)).toBeLessThan(1e-12);
  expect(selfConsistentWidth(confidence, correct)).toBe(width);
  expect(Math.abs(smoothEce(confidence, correct) - smEce)).toBeLessThan(1e-12);
});

test("certain and always wrong is as bad as it gets; certain and right is nearly 0", () => {
  expect(smoothEce([1, 1, 1, 1], [0, 0, 0, 0])).toBeGreaterThan(0.95);
  expect(smoothEce([1, 1, 1, 1], [1, 1, 1, 1])).toBeLessThan(1e-9);
});
