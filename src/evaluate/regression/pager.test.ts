import { describe, expect, test } from "vitest";
import { UserError } from "../../core/index.ts";
import { regimeMetrics } from "./pager-metrics.ts";
import { cutsOf, type RiskRegime, riskRegimesOf } from "./pager-regimes.ts";
import { reverseScore } from "./pager-score.ts";

test("Score1 by hand: the worst reference, L1 over the targets", () => {
  // Two references with targets (1, 10) and (2, 20), three queries.
  const reverse = [Float64Array.of(1, 10, 2, 8, 0, 10), Float64Array.of(2, 20, 2, 21, 5.5, 20)];
  expect([...reverseScore(reverse, Float64Array.of(1, 10, 2, 20), 2)]).toEqual([0, 3, 3.5]);
});

describe("regimes", () => {
  const cuts = { uncertainty: { lower: 1, upper: 3 }, nonConformity: { lower: 10, upper: 30 } };
  // The paper's figure: rows are non-conformity, columns uncertainty; low, moderate, high.
  const figure: [score: number, uncertainty: number, regime: RiskRegime][] = [
    [40, 0, "low"],
    [40, 2, "moderate"],
    [40, 4, "high"],
    [20, 0, "id"],
    [20, 2, "low"],
    [20, 4, "high"],
    [5, 0, "id"],
    [5, 2, "low"],
    [5, 4, "moderate"],
  ];
  test.each(figure)("non-conformity %f at uncertainty %f: %s", (score, uncertainty, regime) => {
    expect(riskRegimesOf([uncertainty], [score], cuts)).toEqual([regime]);
  });

  test("by default a quarter is low and a quarter high, by the percentiles of the set itself", () => {
    const values = Array.from({ length: 100 }, (_, i) => i);
    expect(cutsOf(values)).toEqual({ lower: 24.75, upper: 74.25 });
    const regimes = riskRegimesOf(values, values);
    const counts = (regime: RiskRegime) => regimes.filter((one) => one === regime).length;
    expect([counts("id"), counts("low"), counts("moderate"), counts("high")]).toEqual([25, 50, 0, 25]);
  });

  test("a single example is placed by the cuts of calibration values", () => {
    const calibration = cutsOf([0, 1, 2, 3, 4]);
    expect(calibration).toEqual({ lower: 1, upper: 3 });
    expect(riskRegimesOf([9], [2], { uncertainty: calibration, nonConformity: calibration })).toEqual(["high"]);
  });
});

describe("metrics", () => {
  const regimes: RiskRegime[] = ["id", "id", "low", "low", "low", "moderate", "moderate", "high", "high", "high"];

  test("by hand, losses as the regimes promise", () => {
    const metrics = regimeMetrics(regimes, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(metrics.counts).toEqual({ id: 2, low: 3, moderate: 2, high: 3 });
    expect([metrics.falseNegatives, metrics.falsePositives]).toEqual([0, 0]);
    // Q.9 of 1, 2 is 1.9; Q.1 of 3, 4, 5 is 3.2; Q.9 of 6, 7 is 6.9; Q.1 of 8, 9, 10 is 8.2.
    expect(metrics.confusionLow).toBeCloseTo(1.9 / 3.2, 14);
    expect(metrics.confusionHigh).toBeCloseTo(6.9 / 8.2, 14);
  });

  test("by hand, the highest fifth of the losses (9 and 10) and the lowest (1 and 2) astray", () => {
    const { falseNegatives, falsePositives } = regimeMetrics(regimes, [9, 3, 10, 4, 5, 1, 6, 7, 2, 8]);
    expect([falseNegatives, falsePositives]).toEqual([2 / 5, 2 / 5]);
  });

  test("empty regimes and losses of 0 have no number", () => {
    expect(regimeMetrics(["id", "id"], [1, 2])).toMatchObject({
      falseNegatives: 1 / 2,
      falsePositives: undefined,
      confusionLow: undefined,
      confusionHigh: undefined,
    });
    expect(regimeMetrics(["id", "low"], [1, 0]).confusionLow).toBeUndefined();
  });
});

test.each<[string, () => unknown, RegExp]>([
  ["no references", () => reverseScore([], new Float64Array(), 1), /0 references/],
  ["a target too many", () => reverseScore([Float64Array.of(1)], Float64Array.of(1, 2), 1), /1 references, but 2/],
  [
    "other queries",
    () => reverseScore([Float64Array.of(1), Float64Array.of(1, 2)], Float64Array.of(1, 2), 1),
    /2 values of reference 1, 1 of reference 0/,
  ],
  ["NaN", () => reverseScore([Float64Array.of(1, Number.NaN)], Float64Array.of(1), 1), /reference 0, example 1/],
  ["no pairs", () => riskRegimesOf([1, 2], [1]), /2 uncertainties and 1 scores/],
  ["no values", () => riskRegimesOf([], []), /no values/],
  ["an infinite value", () => cutsOf([1, Infinity]), /value 1 is Infinity/],
  [
    "NaN at given cuts",
    () => riskRegimesOf([Number.NaN], [1], { uncertainty: cutsOf([1]), nonConformity: cutsOf([1]) }),
    /uncertainty of example 0 is NaN/,
  ],
  ["losses of others", () => regimeMetrics(["id"], [1, 2]), /1 regimes and 2 losses/],
  ["a negative loss", () => regimeMetrics(["id"], [-1]), /loss -1 of example 0/],
])("refused: %s", (_, run, message) => {
  expect(run).toThrow(UserError);
  expect(run).toThrow(message);
});
