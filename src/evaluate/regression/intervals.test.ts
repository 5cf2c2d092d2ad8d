import { expect, test } from "vitest";
import { Random } from "../../core/index.ts";
import { gaussianIntervals, intervalQuality } from "./intervals.ts";
import { judgeRegression } from "./judged.ts";

test("ends are in, crossed ends hold nothing and have no width", () => {
  const judged = judgeRegression({ mean: new Float64Array(4) }, { names: ["y"], values: Float64Array.of(1, 2, 3, 0) });
  const intervals = { lower: Float64Array.of(1, 0, 4, 1), upper: Float64Array.of(2, 2, 5, -1) };
  const { coverage, meanWidth } = intervalQuality(intervals, judged);
  expect(coverage.mean).toBe(2 / 4);
  expect(meanWidth.mean).toBe((1 + 2 + 1 + 0) / 4);
});

test.each([0.5, 0.9, 0.99])("Gaussian targets are covered at %f, target by target", (level) => {
  const random = new Random("intervals test");
  const [count, scales] = [20_000, [1, 40]];
  const standardDeviation = Float64Array.from({ length: 2 * count }, (_, i) => scales[i % 2]);
  const values = standardDeviation.map((sigma) => 7 + sigma * random.normal());
  const mean = new Float64Array(2 * count).fill(7);
  const judged = judgeRegression({ mean, standardDeviation }, { names: ["a", "b"], values });
  const { coverage, meanWidth } = intervalQuality(gaussianIntervals(judged, level), judged);
  // Five deviations of a binomial share.
  for (const share of coverage.byTarget)
    expect(Math.abs(share! - level)).toBeLessThan(5 * Math.sqrt((level * (1 - level)) / count));
  expect(meanWidth.byTarget[1]! / meanWidth.byTarget[0]!).toBeCloseTo(40, 8);
});
