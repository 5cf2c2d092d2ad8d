import { expect, test } from "vitest";
import { Random } from "../../core/index.ts";
import { calibrateBySpread, combineReferences } from "./combine.ts";
import { referenceCounts, referenceSensitivity } from "./sensitivity.ts";

test("round numbers of references up to all of them", () => {
  expect(referenceCounts(1)).toEqual([1]);
  expect(referenceCounts(10)).toEqual([1, 2, 3, 5, 10]);
  expect(referenceCounts(12)).toEqual([1, 2, 3, 5, 10, 12]);
});

test("noise that references add averages out; all of them have no spread over draws", () => {
  const random = new Random("sensitivity test");
  const labels = Int32Array.from({ length: 500 }, (_, i) => i % 2);
  const logits = Array.from({ length: 10 }, () =>
    Float32Array.from({ length: 1000 }, (_, i) => (i % 2 === labels[i >> 1] ? 1 : 0) + 2 * random.normal()),
  );
  const points = referenceSensitivity(logits, labels, 2);
  expect(points.map(({ k }) => k)).toEqual([1, 2, 3, 5, 10]);
  expect(points.at(-1)!.accuracyMean).toBeGreaterThan(points[0].accuracyMean + 0.1);
  expect(points.at(-1)!.accuracySd).toBe(0);
  expect(points[0].spread).toBe(0);
  expect(points[1].spread).toBeGreaterThan(0.1);
  const { logits: mean } = combineReferences(logits);
  const hits = labels.filter((label, row) => Number(mean[2 * row + 1] > mean[2 * row]) === label).length;
  expect(points.at(-1)!.accuracyMean).toBe(hits / 500);
  expect(referenceSensitivity(logits, labels, 2)).toEqual(points);
});

test("calibration by spread, by hand: each image by its own mean", () => {
  const logits = Float32Array.of(2, -4, 2, -4);
  const std = Float32Array.of(0, 0, Math.log(3), Math.log(3));
  const expected = [2 / 2, -4 / 2, 2 / 4, -4 / 4];
  for (const [i, value] of calibrateBySpread(logits, std, 2).entries()) expect(value).toBeCloseTo(expected[i], 6);
});
