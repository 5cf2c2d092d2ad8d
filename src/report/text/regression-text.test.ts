import { expect, test } from "vitest";
import type { RegressionResults } from "../../evaluate/index.ts";
import { regressionText } from "./regression-text.ts";

const one = (value: number | null) => ({ byTarget: [value], mean: value });

const results: RegressionResults = {
  version: 2,
  task: "regression",
  run: "cars",
  date: "",
  data: { name: "cars", title: "Cars" },
  model: "mlp",
  method: "anchored",
  settings: {},
  machine: { cores: 1, cpu: "" },
  versions: {},
  targets: [{ name: "mpg", standardDeviation: 7 }],
  training: {},
  sets: [
    {
      set: "cars/test",
      role: "test",
      examples: 40,
      metrics: { r2: one(0.87654), rmse: one(12345.6), mae: one(0.00123456), coverage90: one(0.875) },
      intervals: {},
      conformal: [{ method: "absolute", alpha: 0.1, margins: [null], coverage: one(1), meanWidth: one(null) }],
      regimes: [
        {
          cuts: "own",
          counts: { id: 10, low: 20, moderate: 0, high: 10 },
          meanLoss: { id: 1, low: 1.5, moderate: null, high: 3 },
          falseNegatives: 0.1,
          falsePositives: 0.2,
          confusionLow: 4,
          confusionHigh: null,
        },
      ],
      points: [],
    },
  ],
};

test("errors, conformal intervals and risk regimes; what is missing is a dash, what is infinite says so", () => {
  expect(regressionText(results).replace(/ {2,}/g, "  ").split("\n")).toEqual([
    "cars  examples  R²  RMSE  MAE  NLL  in 90 %  width  AUSE  rank corr.",
    "cars/test  40  0.8765  12346  0.001235  –  87.5 %  –  –  –",
    "",
    "conformal intervals  set  wanted  coverage  mean width",
    "one width  cars/test  90.0 %  100.0 %  ∞",
    "",
    "risk regimes: mean error  set  ID  low  moderate  high  FN  FP  C low  C high",
    "by percentiles of the set  cars/test  1  1.5  –  3  10.0 %  20.0 %  4  –",
  ]);
});

test("of several targets each has its line", () => {
  const [set] = results.sets;
  const two = {
    ...results,
    targets: [...results.targets, { name: "power", standardDeviation: 1 }],
    sets: [{ ...set, conformal: [], regimes: undefined, metrics: { mae: { byTarget: [1, 2], mean: 1.5 } } }],
  };
  const lines = regressionText(two).replace(/ {2,}/g, "  ").split("\n");
  expect(lines[1]).toContain("cars/test mpg  40  –  –  1  –");
  expect(lines[2]).toContain("cars/test power  40  –  –  2  –");
  expect(lines).toHaveLength(3);
});
