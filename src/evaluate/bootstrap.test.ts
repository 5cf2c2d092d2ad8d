import { expect, test } from "vitest";
import { Random, UserError } from "../core/index.ts";
import { bootstrapIntervals, pairedDifference } from "./bootstrap.ts";
import { judge } from "./judged.ts";
import { measure } from "./metrics.ts";

function judged(images: number) {
  const random = new Random("bootstrap test", images);
  const labels = Int32Array.from({ length: images }, () => random.integer(3));
  const logits = Float32Array.from({ length: images * 3 }, () => 2 * random.normal());
  for (const [row, label] of labels.entries()) logits[3 * row + label] += 2;
  return judge({ set: "toy", logits, labels, classes: 3 });
}

test("intervals hold the values, and that of the accuracy has the width of the binomial", () => {
  const set = judged(2000);
  const intervals = bootstrapIntervals(set);
  const values = measure(set);
  for (const name of ["accuracy", "nll", "brier"] as const) {
    const [low, high] = intervals[name]!;
    expect(low).toBeLessThan(values[name]);
    expect(high).toBeGreaterThan(values[name]);
  }
  const [low, high] = intervals.accuracy!;
  const expected = 2 * 1.96 * Math.sqrt((values.accuracy * (1 - values.accuracy)) / 2000);
  // The quantiles of 1,000 resamples have a relative error of some 5 %.
  expect((high - low) / expected).toBeGreaterThan(0.8);
  expect((high - low) / expected).toBeLessThan(1.2);
  expect(bootstrapIntervals(set)).toEqual(intervals);
  expect(bootstrapIntervals(set, { seed: 1 })).not.toEqual(intervals);
});

test("a paired difference is exact, and what both have in common does not widen it", () => {
  const random = new Random("paired");
  const shared = Float64Array.from({ length: 1000 }, () => 10 * random.normal());
  const better = shared.map((value) => value + 0.5 + 0.1 * random.normal());
  const { difference, interval } = pairedDifference(better, shared);
  expect(difference).toBeCloseTo(0.5, 1);
  expect(interval[0]).toBeGreaterThan(0.48);
  expect(interval[1]).toBeLessThan(0.52);
  expect(pairedDifference([1, 1], [1, 1])).toEqual({ difference: 0, interval: [0, 0] });
  expect(() => pairedDifference([1], [1, 2])).toThrow(UserError);
});
