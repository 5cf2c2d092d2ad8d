import { expect, test } from "vitest";
import { Random } from "../../core/index.ts";
import { bootstrappedRegressionMetrics } from "./bootstrap.ts";
import { judgeRegression } from "./judged.ts";
import { measureRegression } from "./metrics.ts";
import { pairedRegressionDifference } from "./paired.ts";

const COUNT = 120;
const names = ["a", "b"];
const random = new Random("paired regression");
const values = Float64Array.from({ length: 2 * COUNT }, () => random.normal());
const noise = values.map(() => random.normal());
const sd = values.map(() => 1);

/** Off by `size` times the same noise, and by noise of its own. */
const model = (size: number, key: string) => {
  const own = new Random("paired regression", key);
  const mean = values.map((value, i) => value + size * noise[i] + 0.02 * own.normal());
  return judgeRegression({ mean, standardDeviation: sd }, { names, values });
};
const [worse, better, twin] = [model(0.5, "worse"), model(0.45, "better"), model(0.5, "twin")];

test.each(bootstrappedRegressionMetrics)("%s: the difference of the two values, inside its interval", (metric) => {
  const measured = (one: typeof worse) => measureRegression(one)[metric]!.byTarget[1]!;
  const { difference, interval } = pairedRegressionDifference([worse], [better], metric, 1)!;
  expect(difference).toBeCloseTo(measured(worse) - measured(better), 12);
  expect(interval[0]).toBeLessThanOrEqual(difference + 1e-12);
  expect(interval[1]).toBeGreaterThanOrEqual(difference - 1e-12);
});

test("pairs decide what the two errors' own intervals would not; equal models stay undecided", () => {
  expect(pairedRegressionDifference([worse], [better], "rmse", 0)!.interval[0]).toBeGreaterThan(0);
  const [low, high] = pairedRegressionDifference([worse], [twin], "rmse", 0)!.interval;
  expect(low).toBeLessThan(0);
  expect(high).toBeGreaterThan(0);
});

test("of several models a side: the mean of their values", () => {
  const rmse = (one: typeof worse) => measureRegression(one).rmse!.byTarget[0]!;
  const { difference } = pairedRegressionDifference([worse, better], [twin], "rmse", 0)!;
  expect(difference).toBeCloseTo((rmse(worse) + rmse(better)) / 2 - rmse(twin), 12);
});

test("nothing of other examples, other targets, or without standard deviations", () => {
  const moved = judgeRegression({ mean: values }, { names, values: values.map((value) => value + 1) });
  const renamed = judgeRegression({ mean: values }, { names: ["a", "c"], values });
  const plain = judgeRegression({ mean: values }, { names, values });
  expect(pairedRegressionDifference([worse], [moved], "rmse", 0)).toBeUndefined();
  expect(pairedRegressionDifference([worse], [renamed], "rmse", 0)).toBeUndefined();
  expect(pairedRegressionDifference([worse], [plain], "gaussianNll", 0)).toBeUndefined();
  expect(pairedRegressionDifference([worse], [plain], "rmse", 0)).toBeDefined();
  expect(pairedRegressionDifference([], [plain], "rmse", 0)).toBeUndefined();
});
