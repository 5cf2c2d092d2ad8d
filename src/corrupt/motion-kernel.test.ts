import { expect, test } from "vitest";
import { motionBlurred } from "./motion-kernel.ts";

const shape = { height: 9, width: 9, channels: 1 };
/** One bright pixel in the middle. */
const dot = Float64Array.from({ length: 81 }, (_, i) => (i === 40 ? 1 : 0));
const weights = (radius: number, sigma: number) => {
  const all = Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-(i * i) / (2 * sigma * sigma)));
  const sum = all.reduce((a, b) => a + b);
  return all.map((weight) => weight / sum);
};

// A pixel takes from ahead, so the dot's trail lies behind it: to the left at 0°, above at 90°, for y points down.
test.each([
  [0, 0, -1],
  [90, -1, 0],
  [180, 0, 1],
  [-90, 1, 0],
])("at %i° the trail of a dot is the one-sided Gaussian", (angle, down, right) => {
  const blurred = motionBlurred(dot, shape, { radius: 2, sigma: 1.3, angle });
  const expected = new Float64Array(81);
  weights(2, 1.3).forEach((weight, i) => {
    expected[9 * (4 + i * down) + 4 + i * right] = weight;
  });
  for (let p = 0; p < 81; p++) expect(blurred[p]).toBeCloseTo(expected[p], 12);
});

test("a constant stays, also at the edges, which are replicated; a fractional radius is rounded up", () => {
  const even = new Float64Array(81).fill(0.4);
  for (const value of motionBlurred(even, shape, { radius: 6.2, sigma: 3, angle: 37 }))
    expect(value).toBeCloseTo(0.4, 12);
  const rounded = motionBlurred(dot, shape, { radius: 1.5, sigma: 1, angle: 0 });
  const [taps] = [weights(2, 1)];
  expect(rounded[40]).toBeCloseTo(taps[0], 12);
  expect(rounded[36]).toBeCloseTo(taps[4], 12);
});
