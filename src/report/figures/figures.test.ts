import fc from "fast-check";
import { expect, test } from "vitest";
import { stepOf } from "./heat-map.ts";
import { poolBins } from "./reliability.ts";
import { coarsen, usedBins } from "./score-histogram.ts";

const bin = (count: number, meanConfidence: number, accuracy: number) => ({
  lower: 0.6,
  upper: 0.7,
  count,
  meanConfidence,
  accuracy,
});

test("bins of several seeds are weighted by their images; an empty one stays empty", () => {
  const [pooled] = poolBins([[bin(10, 0.6, 0.5)], [bin(30, 0.7, 0.9)]]);
  expect(pooled.count).toBe(40);
  expect(pooled.meanConfidence).toBeCloseTo(0.675, 12);
  expect(pooled.accuracy).toBeCloseTo(0.8, 12);
  expect(poolBins([[bin(0, 0, 0)], [bin(0, 0, 0)]])[0]).toEqual(bin(0, 0, 0));
});

test("joining bins and cutting the tail loses no image and keeps the bin width", () => {
  const counts = fc.array(fc.nat(50), { minLength: 200, maxLength: 200 });
  fc.assert(
    fc.property(counts, counts, fc.integer({ min: 1, max: 200 }), (id, ood, length) => {
      const cut = (values: number[]) => values.map((value, i) => (i < length ? value : 0));
      const histogram = { lower: 0, upper: 0.5, id: cut(id), ood: cut(ood) };
      const end = usedBins(histogram);
      expect(end).toBeLessThanOrEqual(Math.max(length, 1));
      const joined = coarsen(histogram, end);
      const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
      expect([sum(joined.id), sum(joined.ood)]).toEqual([sum(histogram.id), sum(histogram.ood)]);
      const group = Math.max(1, Math.round(end / 25));
      expect(joined.upper / joined.id.length).toBeCloseTo((0.5 / 200) * group, 12);
      expect(joined.id.length).toBeLessThanOrEqual(38);
    }),
  );
});

test("a heat map's colours: even steps, the middle of a difference neutral, the ends within the scale", () => {
  const heat = (value: number) => stepOf(value, { scale: "heat", limit: 100 });
  const diff = (value: number) => stepOf(value, { scale: "diff", limit: 9 });
  expect([0, 50, 100, 120].map(heat)).toEqual([0, 4, 8, 8]);
  expect([-9, -1.1, -0.9, 0, 0.9, 1.1, 9].map(diff)).toEqual([0, 3, 4, 4, 4, 5, 8]);
});
