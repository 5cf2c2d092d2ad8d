import { expect, test } from "vitest";
import { UserError } from "../../core/index.ts";
import { gaussianNll } from "./gaussian-nll.ts";
import { gaussianIntervals, intervalQuality } from "./intervals.ts";
import { judgeRegression } from "./judged.ts";
import { errorUncertaintyCorrelation, spearman } from "./rank-correlation.ts";
import { sparsification, sparsificationByTarget } from "./sparsification.ts";

const names = ["mpg", "power"];
const four = Float64Array.of(1, 2, 3, 4);
const targets = { names, values: four };
const without = judgeRegression({ mean: four }, targets);
const withZero = judgeRegression({ mean: four, standardDeviation: Float64Array.of(1, 1, 0, 1) }, targets);

test.each<[string, () => unknown, RegExp]>([
  ["no names", () => judgeRegression({ mean: four }, { names: [], values: four }), /no names/],
  ["no examples", () => judgeRegression({ mean: four }, { names, values: new Float64Array() }), /no examples/],
  [
    "rows that are cut",
    () => judgeRegression({ mean: four }, { names, values: Float64Array.of(1, 2, 3) }),
    /rows of 2/,
  ],
  [
    "other shapes",
    () => judgeRegression({ mean: Float64Array.of(1) }, targets),
    /mean: 1 values; 2 examples of 2 targets are 4/,
  ],
  [
    "NaN",
    () => judgeRegression({ mean: Float64Array.of(1, 2, 3, Number.NaN) }, targets),
    /mean of example 1, target "power" is NaN/,
  ],
  [
    "a negative deviation",
    () => judgeRegression({ mean: four, standardDeviation: Float64Array.of(1, 1, -2, 1) }, targets),
    /deviation of example 1, target "mpg" is -2; it must be at least 0\. Is it a logarithm/,
  ],
  ["no deviations for the likelihood", () => gaussianNll(without), /Gaussian NLL needs standard deviations/],
  ["0 for the likelihood", () => gaussianNll(withZero), /example 1, target "mpg" is 0; it must be above 0/],
  ["no deviations for intervals", () => gaussianIntervals(without, 0.9), /need standard deviations/],
  ["a level in per cent", () => gaussianIntervals(withZero, 90), /level 90 is outside \(0, 1\)/],
  ["intervals of others", () => intervalQuality({ lower: four, upper: four.slice(1) }, without), /4 lower and 3 upper/],
  ["no deviations for sparsification", () => sparsificationByTarget(without, "mae"), /needs standard deviations/],
  ["sparsification of no pairs", () => sparsification([1, 2], [1], "mae"), /2 errors and 1 uncertainties/],
  ["no deviations for the correlation", () => errorUncertaintyCorrelation(without), /needs standard deviations/],
  ["a correlation of no pairs", () => spearman([1, 2], [1]), /2 and 1 values/],
])("refused: %s", (_, run, message) => {
  expect(run).toThrow(UserError);
  expect(run).toThrow(message);
});
