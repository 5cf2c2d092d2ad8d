import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { Random, type RegressionData, type RegressionSet } from "../../core/index.ts";
import { type RunConfigInput, readMetrics, readRun, resolveConfig, runTask } from "../../run/index.ts";
import { loadRegression, loadRegressionPredictor } from "./predictor.ts";
import { readRegressionRun } from "./record.ts";
import { trainRegression } from "./train.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-regression-"));
afterAll(() => rmSync(root, { recursive: true }));

/** y = 100 + 30 a − 20 b and z = a b, of normal a and b. */
function examples(name: string, count: number): RegressionSet {
  const random = new Random("regression examples", name);
  const inputs = Float64Array.from({ length: 2 * count }, () => random.normal());
  const targets = Float64Array.from({ length: 2 * count }, (_, i) => {
    const [a, b] = inputs.subarray(i - (i % 2), i - (i % 2) + 2);
    return i % 2 === 0 ? 100 + 30 * a - 20 * b : a * b;
  });
  return {
    name: `plane/${name}`,
    count,
    inputs: { kind: "numbers", names: ["a", "b"], data: inputs },
    targets: { names: ["y", "z"], data: targets },
  };
}
const data: RegressionData = {
  name: "plane",
  title: "Plane",
  train: examples("train", 256),
  validation: examples("validation", 64),
  test: examples("test", 100),
  shifts: [],
};

const configOf = (changes: Partial<RunConfigInput> = {}) =>
  resolveConfig({
    data: { name: "plane" },
    task: { name: "regression" },
    epochs: 30,
    threads: 1,
    schedule: { name: "one-cycle", peak: 0.005 },
    ...changes,
  });

const rmse = (mean: Float64Array, { targets }: RegressionSet, d: number) => {
  const squares = Array.from(
    { length: mean.length / 2 },
    (_, row) => (mean[2 * row + d] - targets.data[2 * row + d]) ** 2,
  );
  return Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / squares.length);
};

const anchored = { name: "anchored", maskTarget: "mean", referenceCount: 6 } as const;

describe.each<[string, Partial<RunConfigInput>]>([
  ["squared", {}],
  ["l1", { task: { name: "regression", loss: "l1" } }],
  ["gaussian", { task: { name: "regression", loss: "gaussian" } }],
  ["quantile", { task: { name: "regression", loss: "quantile" } }],
  ["anchored", { method: { ...anchored, maskProbability: 0 } }],
  ["anchored, masked, gaussian", { method: anchored, epochs: 60, task: { name: "regression", loss: "gaussian" } }],
  ["dropout draws", { dropout: 0.05, task: { name: "regression", dropoutDraws: 4 } }],
  ["fourier", { task: { name: "regression", fourier: { features: 32, scale: 0.1 } } }],
])("%s", (name, changes) => {
  const run = join(root, name.replace(/[ ,]+/g, "-"));

  test("learns, in the targets' units", async () => {
    const summary = await trainRegression(configOf(changes), data, { run });
    expect(summary).toMatchObject({ finished: true, steps: 4 * (changes.epochs ?? 30) });
    // The targets' standard deviations are about 36 and 1.
    expect(summary.validationRmse).toBeLessThan(12);
    expect(runTask(run)).toBe("regression");
    const predictor = loadRegressionPredictor(run, { threads: 1 });
    const { mean, standardDeviation, quantiles } = await predictor.predict(data.test);
    expect(rmse(mean, data.test, 0)).toBeLessThan(12);
    expect(rmse(mean, data.test, 1)).toBeLessThan(0.8);
    const spreads = /anchored|gaussian|dropout/.test(name);
    expect(standardDeviation !== undefined).toBe(spreads);
    if (spreads) expect(standardDeviation!.every((value) => value > 0 && value < 100)).toBe(true);
    if (name === "quantile") {
      expect(quantiles!.levels).toEqual([0.05, 0.5, 0.95]);
      const inside = mean.filter(
        (_, i) =>
          data.test.targets.data[i] >= quantiles!.values[3 * i] &&
          data.test.targets.data[i] <= quantiles!.values[3 * i + 2],
      );
      expect(inside.length / mean.length).toBeGreaterThan(0.6);
    }
    await predictor.dispose();
  }, 60_000);
});

describe("an anchored run", () => {
  const run = join(root, "anchored");

  test("keeps references with their targets", () => {
    const { references, referenceTargets } = loadRegression(run);
    expect(references!.shape).toEqual([6, 2, 1, 1]);
    expect(referenceTargets!.shape).toEqual([6, 2]);
    // y and z follow from a and b for each reference, once all are back in their units.
    const { inputs, targets } = readRegressionRun(run).data;
    const back = (values: ArrayLike<number>, { mean, standardDeviation }: any, i: number) =>
      mean[i % 2] + standardDeviation[i % 2] * values[i];
    for (let r = 0; r < 6; r++) {
      const [a, b] = [0, 1].map((d) => back(references!.data as Float32Array, inputs, 2 * r + d));
      expect(back(referenceTargets!.data as Float32Array, targets, 2 * r)).toBeCloseTo(100 + 30 * a - 20 * b, 3);
      expect(back(referenceTargets!.data as Float32Array, targets, 2 * r + 1)).toBeCloseTo(a * b, 4);
    }
  });

  test("answers are the mean and unbiased deviation over one reference at a time; as many as are asked for", async () => {
    const predictor = loadRegressionPredictor(run, { threads: 1 });
    const { mean: one } = await predictor.predict(data.test, { k: 1 });
    const { mean: two, standardDeviation } = await predictor.predict(data.test, { k: 2 });
    // Of two, the deviation is |a − b| / √2 and the mean their middle: a is known, so both follow from b.
    const other = two.map((value, i) => 2 * value - one[i]);
    for (const [i, deviation] of standardDeviation!.entries())
      expect(deviation).toBeCloseTo(Math.abs(one[i] - other[i]) / Math.SQRT2, 4);
    await expect(predictor.predict(data.test, { k: 7 })).rejects.toThrow("keeps 6 references");
    await predictor.dispose();
  });

  test("reverse errors are small where the example is known, larger far away", async () => {
    const predictor = loadRegressionPredictor(run, { threads: 1 });
    const far = {
      ...data.test,
      inputs: { ...data.test.inputs, data: new Float64Array(200).fill(30) },
    } as RegressionSet;
    const near = await predictor.reverseErrors!(data.test);
    const strange = await predictor.reverseErrors!(far);
    expect(near).toHaveLength(100);
    const median = (values: Float64Array) => values.toSorted()[50];
    expect(median(strange)).toBeGreaterThan(2 * median(near));
    await predictor.dispose();
  });
});

test("a run that was stopped goes on as if it had not been", async () => {
  const config = configOf({ method: anchored, epochs: 3, averageDecay: 0.9, dropout: 0.1 });
  const [whole, parted] = [join(root, "whole"), join(root, "parted")];
  await trainRegression(config, data, { run: whole });
  await trainRegression(config, data, { run: parted, maxSteps: 5 });
  await trainRegression(config, data, { run: parted, resume: true });
  const weights = (run: string) => JSON.stringify(loadRegression(run).variables);
  expect(weights(parted)).toBe(weights(whole));
  expect(readMetrics(join(parted, "metrics.jsonl")).map(({ loss }) => loss)).toEqual(
    readMetrics(join(whole, "metrics.jsonl")).map(({ loss }) => loss),
  );
});

test("validation says what is minimised, and the error in the targets' units", () => {
  const last = readMetrics(join(root, "squared", "metrics.jsonl")).findLast(({ event }) => event === "epoch")!;
  expect(last.validationRmse).toBeGreaterThan(0.1);
  expect(last.validationLoss).toBeLessThan(0.5);
  expect(last.accuracy).toBeUndefined();
  expect(readFileSync(join(root, "squared", "metrics.jsonl"), "utf8")).not.toContain("accuracy");
});

test.each<[string, Partial<RunConfigInput>]>([
  ["uniform", { method: { name: "anchored", maskTarget: "uniform" } }],
  ["use standard or anchored", { method: { name: "oat" } }],
  ["could move the target", { augment: [{ name: "flip", options: {} }] }],
  ["has no dropout", { task: { name: "regression", dropoutDraws: 5 } }],
])("refused: %s", (message, changes) => {
  expect(() => configOf(changes)).toThrow(message);
});

test("what is for classifications says so", () => {
  expect(() => readRun(join(root, "squared"))).toThrow("squared is a regression, and this is for classifications");
});

test("numbers are fed to an mlp alone; other columns are named", async () => {
  await expect(trainRegression(configOf({ model: "resnet20" }), data, { run: join(root, "x") })).rejects.toThrow(
    "which only mlp is fed",
  );
  const predictor = loadRegressionPredictor(join(root, "squared"));
  const other = { ...data.test, inputs: { ...data.test.inputs, names: ["a", "c"] } } as RegressionSet;
  await expect(predictor.predict(other)).rejects.toThrow("has the columns a, c");
});
