import { describe, expect, test } from "vitest";
import { Random } from "../../core/index.ts";
import { bootstrappedRegressionMetrics, regressionIntervals } from "./bootstrap.ts";
import { judgeRegression } from "./judged.ts";
import { measureRegression } from "./metrics.ts";

const random = new Random("regression bootstrap test");
const COUNT = 400;
/** Two targets, the second 1000 times larger and far from 0. */
const scales = [1, 1000];
const standardDeviation = Float64Array.from({ length: 2 * COUNT }, (_, i) => 0.5 * scales[i % 2]);
const values = standardDeviation.map((sigma, i) => 1e4 * (i % 2) + 4 * sigma * random.normal());
const mean = values.map((value, i) => value + standardDeviation[i] * random.normal());
const judged = judgeRegression({ mean, standardDeviation }, { names: ["a", "b"], values });

test.each(bootstrappedRegressionMetrics)("%s: the value lies inside, target by target and in the mean", (name) => {
  const measured = measureRegression(judged)[name]!;
  const { byTarget, mean: ofMean } = regressionIntervals(judged)[name]!;
  for (const [interval, value] of [
    [byTarget[0], measured.byTarget[0]],
    [byTarget[1], measured.byTarget[1]],
    [ofMean, measured.mean],
  ] as const) {
    // All deviations here are equal, and so are the widths of intervals.
    const slack = 1e-9 * Math.abs(value!);
    expect(interval![0]).toBeLessThanOrEqual(value! + slack);
    expect(interval![1]).toBeGreaterThanOrEqual(value! - slack);
  }
});

test("the interval of the MAE is about ± 1.96 standard errors", () => {
  const residuals = [...judged.residual.filter((_, i) => i % 2 === 0)].map(Math.abs);
  const average = residuals.reduce((a, b) => a + b, 0) / COUNT;
  const sd = Math.sqrt(residuals.reduce((sum, value) => sum + (value - average) ** 2, 0) / (COUNT - 1));
  const [lower, upper] = regressionIntervals(judged).mae!.byTarget[0]!;
  // 1,000 resamples know an end to about 5 % of the width.
  expect((upper - lower) / ((2 * 1.96 * sd) / Math.sqrt(COUNT))).toBeCloseTo(1, 0.7);
});

describe("what has no number has no interval", () => {
  test("without standard deviations", () => {
    const bare = judgeRegression({ mean }, { names: ["a", "b"], values });
    expect(Object.keys(regressionIntervals(bare, { resamples: 10 }))).toEqual(["r2", "rmse", "mae"]);
  });

  test("R² of a constant target", () => {
    const flat = judgeRegression(
      { mean: Float64Array.of(1, 2, 3, 4, 5, 6) },
      { names: ["a", "b"], values: Float64Array.of(1.5, 0.1, 2, 0.1, 5, 0.1) },
    );
    const { r2, mae } = regressionIntervals(flat);
    expect(r2?.byTarget[1]).toBeUndefined();
    // Of the resamples with one example three times over there is none of the other either.
    expect(r2?.byTarget[0]?.every(Number.isFinite)).toBe(true);
    expect(r2?.mean).toEqual(r2?.byTarget[0]);
    expect(mae?.byTarget[1]).toHaveLength(2);
  });
});

test("the same seed gives the same intervals", () => {
  expect(regressionIntervals(judged, { seed: 3, resamples: 50 })).toEqual(
    regressionIntervals(judged, { seed: 3, resamples: 50 }),
  );
});
