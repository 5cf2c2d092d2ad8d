import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Random, UserError } from "../../core/index.ts";
import type { StoredRegression } from "../../evaluate/index.ts";
import { writeFileAtomic } from "../../files/internal.ts";
import { readRegressionResults, readResults } from "../../run/index.ts";
import { resultsTask, saveRegressionAnswers } from "../../run/internal.ts";
import { evaluateRegression, type RegressionFacts } from "./evaluate-regression.ts";

let run: string;
beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), "anchored-regression-"));
});
afterEach(() => rmSync(run, { recursive: true }));

const facts: RegressionFacts = {
  data: { name: "toy", title: "Toy" },
  model: "mlp",
  method: "anchored",
  maskProbability: 0.2,
  maskTarget: "mean",
  loss: "l1",
  seed: 1,
  targets: [{ name: "y", standardDeviation: 2 }],
  training: { seconds: 3 },
  settings: { model: "mlp" },
};
const save = (role: "test" | "validation" | "shift", answers: Omit<StoredRegression, "set">, set = `toy/${role}`) =>
  saveRegressionAnswers(run, { set, ...answers }, { role, checkpointSha256: "c", inputKey: "i" });
const numbers = (...values: number[]) => Float64Array.from(values);
const ofY = (...values: number[]) => ({ names: ["y"], values: numbers(...values) });

/** Errors of about the standard deviation, which grows with the place; quantiles too narrow by a half. */
function drawn(count: number, seed: string): Omit<StoredRegression, "set"> {
  const random = new Random(seed);
  const sd = Float64Array.from({ length: count }, (_, i) => 0.5 + i / count);
  const mean = Float64Array.from({ length: count }, () => random.normal());
  return {
    mean,
    standardDeviation: sd,
    quantiles: {
      levels: [0.05, 0.95],
      values: Float64Array.from({ length: 2 * count }, (_, i) => mean[i >> 1] + (i % 2 ? 0.8 : -0.8) * sd[i >> 1]),
    },
    targets: { names: ["y"], values: mean.map((value, i) => value + sd[i] * random.normal()) },
    reverse: sd.map((value) => value + 0.1 * random.uniform()),
  };
}

test("a set by hand: error, intervals, curves, points", () => {
  save("test", {
    mean: numbers(0, 3, 2, 6),
    standardDeviation: numbers(1, 1, 2, 0.5),
    targets: ofY(1, 2, 4, 6),
  });
  const results = evaluateRegression(run, facts, { date: new Date(0) });
  expect(results).toMatchObject({ version: 2, task: "regression", date: "1970-01-01T00:00:00.000Z", loss: "l1" });
  expect(results.notices).toEqual([expect.stringMatching(/^No validation examples/)]);
  const [set] = results.sets;
  expect(set).toMatchObject({ set: "toy/test", role: "test", examples: 4, conformal: [] });
  expect(set.metrics.mae).toEqual({ byTarget: [1], mean: 1 });
  expect(set.metrics.rmse!.mean).toBeCloseTo(Math.sqrt(1.5), 12);
  const [low, high] = set.intervals.mae!.byTarget[0]!;
  expect(low).toBeLessThan(1);
  expect(high).toBeGreaterThan(1);
  // |error|/σ: 1, 1, 1, 0. Φ⁻¹(.825) = .93, Φ⁻¹(.85) = 1.04.
  const { level, coverage } = set.calibration![0];
  expect(coverage[level.indexOf(0.65)]).toBe(0.25);
  expect(coverage[level.indexOf(0.7)]).toBe(1);
  // σ 2 goes first, with the error of 2; then the two of σ 1, whose squares are equal; 0 remains.
  const half = Number(Math.SQRT1_2.toPrecision(5));
  expect(set.sparsification![0]).toEqual({
    removed: [0, 0.25, 0.5, 0.75],
    error: [1.2247, 0.8165, half, 0],
    oracle: [1.2247, 0.8165, half, 0],
  });
  expect(set.points[0]).toEqual({ target: [1, 2, 4, 6], mean: [0, 3, 2, 6], standardDeviation: [1, 1, 2, 0.5] });
  expect(set.regimes).toBeUndefined();
});

describe("calibrated on validation", () => {
  beforeEach(() => {
    save("validation", drawn(400, "validation"));
    save("test", drawn(400, "test"));
    save("shift", drawn(400, "shift"));
  });

  test("conformal intervals hold what they promise, by every method", () => {
    const { sets, notices } = evaluateRegression(run, facts);
    expect(notices).toBeUndefined();
    expect(sets.map(({ set }) => set)).toEqual(["toy/test", "toy/shift"]);
    expect(sets[0].conformal.map(({ method }) => method)).toEqual(["absolute", "normalised", "cqr"]);
    for (const { alpha, coverage } of sets[0].conformal) {
      expect(alpha).toBe(0.1);
      // Four standard deviations of a share of 400, with that of the calibration's own 400.
      expect(Math.abs(coverage.byTarget[0]! - 0.9)).toBeLessThan(4 * Math.sqrt((2 * 0.09) / 400));
    }
    // z of 95 %: 1.645 σ, of which the quantiles give 0.8.
    expect(sets[0].conformal[1].margins[0]).toBeCloseTo(1.645, 0);
    expect(sets[0].conformal[2].levels).toEqual([0.05, 0.95]);
    expect(sets[0].conformal[2].margins[0]).toBeGreaterThan(0.3);
  });

  test("another α is another promise", () => {
    const [{ conformal }] = evaluateRegression(run, facts, { alpha: 0.5 }).sets;
    expect(Math.abs(conformal[0].coverage.mean! - 0.5)).toBeLessThan(0.15);
  });

  test("risk regimes by the set's own percentiles and by validation's", () => {
    const [{ regimes }] = evaluateRegression(run, facts).sets;
    expect(regimes!.map(({ cuts }) => cuts)).toEqual(["own", "validation"]);
    const [own] = regimes!;
    expect(Object.values(own.counts).reduce((a, b) => a + b)).toBe(400);
    expect(own.meanLoss.high!).toBeGreaterThan(own.meanLoss.id!);
    for (const share of [own.falseNegatives!, own.falsePositives!]) expect(share).toBeLessThan(0.2);
  });

  test("what was written is read back", () => {
    const results = evaluateRegression(run, facts);
    expect(readRegressionResults(run)).toEqual(JSON.parse(JSON.stringify(results)));
    expect(resultsTask(run)).toBe("regression");
    expect(() => readResults(run)).toThrow(UserError);
  });
});

test("too few validation examples: infinite intervals are null, and it is said", () => {
  save("validation", drawn(5, "few"));
  save("test", drawn(20, "test"));
  const { sets, notices } = evaluateRegression(run, facts);
  expect(sets[0].conformal[0]).toMatchObject({ margins: [null], coverage: { mean: 1 }, meanWidth: { mean: null } });
  expect(notices).toEqual([expect.stringMatching(/5 calibration examples are too few for α = 0.1/)]);
  expect(readRegressionResults(run).sets[0].conformal[0].margins).toEqual([null]);
});

test("a σ of 0 leaves out what divides by it, and it is said", () => {
  save("validation", drawn(20, "validation"));
  save("test", { mean: numbers(1, 2), standardDeviation: numbers(0, 1), targets: ofY(1, 3) });
  const { sets, notices } = evaluateRegression(run, facts);
  expect(notices).toEqual([expect.stringMatching(/1 of 2 standard deviations on toy\/test are 0/)]);
  expect(sets[0].metrics.gaussianNll).toBeUndefined();
  expect(sets[0].metrics.coverage90).toBeDefined();
  expect(sets[0].conformal.map(({ method }) => method)).toEqual(["absolute"]);
});

test("a constant target has no R², which JSON says by null", () => {
  save("test", { mean: numbers(1, 2), targets: ofY(3, 3) });
  const [set] = evaluateRegression(run, facts).sets;
  expect(set.metrics.r2).toEqual({ byTarget: [null], mean: null });
  expect(set.intervals.r2).toEqual({ byTarget: [null], mean: null });
  expect(set.calibration).toBeUndefined();
});

test("several targets of different units are weighed alike in the regimes", () => {
  const targets = { names: ["a", "b"], values: numbers(0, 0, 1, 0, 0, 1000, 0, 0) };
  const zero = new Float64Array(8);
  save("test", { mean: zero, standardDeviation: zero, targets, reverse: numbers(1, 1, 1, 1) });
  const two = [
    { name: "a", standardDeviation: 1 },
    { name: "b", standardDeviation: 1000 },
  ];
  const [{ regimes }] = evaluateRegression(run, { ...facts, targets: two }).sets;
  // Errors 0, 1, 1, 0 in standard deviations, all of one regime.
  expect(regimes![0]).toMatchObject({ counts: { id: 4 }, meanLoss: { id: 0.5, high: null } });
});

test("refused in one line", () => {
  expect(() => evaluateRegression(run, facts)).toThrow(/no stored predictions on a test set/);
  save("test", { mean: numbers(1, 2), targets: ofY(3, 4) });
  const other = { ...facts, targets: [{ name: "mpg", standardDeviation: 1 }] };
  expect(() => evaluateRegression(run, other)).toThrow(/predictions of y on toy\/test, but it was trained on mpg/);
  writeFileAtomic(join(run, "results.json"), JSON.stringify({ task: "dancing" }));
  expect(() => resultsTask(run)).toThrow(UserError);
});
