import { describe, expect, test } from "vitest";
import fixture from "./fixtures/regression.json" with { type: "json" };
import { judgeRegression } from "./judged.ts";
import { measureRegression, type RegressionMetricName, regressionMetricNames } from "./metrics.ts";
import { normalQuantile } from "./normal-quantile.ts";

/** Residuals 1, −1, 2, 0 at standard deviations 1, 1, 2, 0.5. */
const byHand = judgeRegression(
  { mean: Float64Array.of(0, 3, 2, 6), standardDeviation: Float64Array.of(1, 1, 2, 0.5) },
  { names: ["y"], values: Float64Array.of(1, 2, 4, 6) },
);

const z = 1.6448536269514722;
const expected: Record<RegressionMetricName, number> = {
  // Mean 3.25: squares 5.0625 + 1.5625 + 0.5625 + 7.5625.
  r2: 1 - 6 / 14.75,
  rmse: Math.sqrt(6 / 4),
  mae: 1,
  // Terms ½, ½, ½, 0 and log σ 0, 0, log 2, −log 2.
  gaussianNll: 0.5 * Math.log(2 * Math.PI) + 1.5 / 4,
  coverage90: 1,
  width90: (2 * z * 4.5) / 4,
  // The uncertainty orders the errors as the oracle does, but for two of equal error.
  auseRmse: 0,
  auseMae: 0,
  // Ranks of |error| 2½, 2½, 4, 1 and of σ 2½, 2½, 4, 1.
  errorCorrelation: 1,
};

test.each(regressionMetricNames)("%s by hand", (name) => {
  const { byTarget, mean } = measureRegression(byHand)[name]!;
  expect(byTarget).toHaveLength(1);
  expect(byTarget[0]).toBeCloseTo(expected[name], 12);
  expect(mean).toBe(byTarget[0]);
});

describe("as scikit-learn, SciPy and NumPy", () => {
  const measured = measureRegression(
    judgeRegression(
      {
        mean: Float64Array.from(fixture.mean),
        standardDeviation: Float64Array.from(fixture.standardDeviation),
      },
      { names: fixture.names, values: Float64Array.from(fixture.targets) },
    ),
  );

  test.each(regressionMetricNames)("%s", (name) => {
    const { byTarget, mean } = measured[name]!;
    const values = fixture.expected[name];
    for (const [target, value] of values.entries())
      expect(Math.abs(byTarget[target]! - value) / Math.max(1, Math.abs(value))).toBeLessThan(1e-11);
    expect(mean).toBeCloseTo((values[0] + values[1]) / 2, 8);
  });

  test.each(fixture.normalQuantile)("normal quantile of %f", (p, value) => {
    expect(Math.abs(normalQuantile(p) - value)).toBeLessThanOrEqual(4e-15 * Math.abs(value));
  });
});

test("a constant target is named and left out of the mean R²; its other measures stand", () => {
  const judged = judgeRegression(
    { mean: Float32Array.of(1, 5, 2, 7, 3, 6) },
    { names: ["length", "colour"], values: Float32Array.of(1, 6, 2, 6, 4, 6) },
  );
  const { r2, mae, ...others } = measureRegression(judged);
  expect(r2).toMatchObject({ constantTargets: ["colour"], byTarget: [expect.any(Number), undefined] });
  // Σ(y − ȳ)² of 1, 2, 4 is 14/3.
  expect(r2?.mean).toBeCloseTo(1 - 3 / 14, 12);
  expect(mae).toEqual({ byTarget: [1 / 3, 2 / 3], mean: 0.5 });
  expect(Object.keys(others)).toEqual(["rmse"]);
});

test("a standard deviation of 0 leaves out the likelihood alone, and asked for it is named", () => {
  const judged = judgeRegression(
    { mean: Float64Array.of(0, 1), standardDeviation: Float64Array.of(1, 0) },
    { names: ["y"], values: Float64Array.of(0, 1) },
  );
  expect(Object.keys(measureRegression(judged))).toEqual(
    regressionMetricNames.filter((name) => name !== "gaussianNll"),
  );
});
