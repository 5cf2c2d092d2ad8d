import { expect, test } from "vitest";
import type { RegressionOptions } from "./options.ts";
import { combineRegression, readRegressionOutputs } from "./read-outputs.ts";

const options = (loss: RegressionOptions["loss"]) => ({
  loss,
  levels: [0.1, 0.5, 0.9],
});
const scale = { mean: [10, 0], standardDeviation: [2, 5] };

test("outputs come back in the targets' units", () => {
  expect(readRegressionOutputs(options("squared"), [1, 1, 0, -2], scale)).toEqual({
    mean: Float64Array.of(12, 5, 10, -10),
  });
});

test("a Gaussian likelihood's variance does, too", () => {
  const { mean, variance } = readRegressionOutputs(options("gaussian"), [1, 1, 0, 0], scale);
  expect([...mean]).toEqual([12, 5]);
  expect([...variance!]).toEqual([4, 25]);
});

test("quantiles stand beside one another, the middle one is the prediction", () => {
  const { mean, quantiles } = readRegressionOutputs(options("quantile"), [-1, -1, 0, 0, 1, 1], scale);
  expect([...mean]).toEqual([10, 0]);
  expect([...quantiles!]).toEqual([8, 10, 12, -5, 0, 5]);
});

test("passes are combined: unbiased deviation over passes, and the noise's with it", () => {
  const passes = [1, 2, 3].map((mean) => ({ mean: Float64Array.of(mean, 5) }));
  const { mean, standardDeviation } = combineRegression(passes);
  expect([...mean]).toEqual([2, 5]);
  expect([...standardDeviation!]).toEqual([1, 0]);
  const noisy = combineRegression(passes.map((pass) => ({ ...pass, variance: Float64Array.of(3, 4) })));
  expect([...noisy.standardDeviation!]).toEqual([2, 2]);
});

test("one pass has no deviation, but that of its noise", () => {
  expect(combineRegression([{ mean: Float64Array.of(1) }])).toEqual({ mean: Float64Array.of(1) });
  const one = combineRegression([{ mean: Float64Array.of(1), variance: Float64Array.of(9) }]);
  expect([...one.standardDeviation!]).toEqual([3]);
});
