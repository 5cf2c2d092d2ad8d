import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UserError } from "../core/index.ts";
import type { RegressionContext, StoredRegression } from "../evaluate/regression/stored-set.ts";
import { writeNpy } from "../files/index.ts";
import { savePredictions } from "./predictions.ts";
import {
  dropRegressionAnswers,
  loadRegressionAnswers,
  saveRegressionAnswers,
  storedRegressionSets,
} from "./regression-predictions.ts";

let run: string;
beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), "anchored-regression-"));
});
afterEach(() => rmSync(run, { recursive: true }));

const numbers = (...values: number[]) => Float64Array.from(values);
const context: RegressionContext = { role: "test", checkpointSha256: "c", inputKey: "i" };
const answers: StoredRegression = {
  set: "cars/test",
  mean: numbers(1, 2, 3, 4),
  standardDeviation: numbers(1, 1, 2, 2),
  quantiles: { levels: [0.05, 0.95], values: numbers(0, 2, 1, 3, 2, 4, 3, 5) },
  targets: { names: ["mpg", "power"], values: numbers(1.5, 2, 3, 1e-300) },
  reverse: numbers(0.25, 7),
};

test("what was saved comes back, every bit of it", () => {
  saveRegressionAnswers(run, answers, { ...context, k: 8 });
  expect(loadRegressionAnswers(run, "cars/test", "test")).toEqual(answers);
  expect(storedRegressionSets(run)).toMatchObject([
    { set: "cars/test", examples: 2, targets: ["mpg", "power"], quantileLevels: [0.05, 0.95], k: 8 },
  ]);
});

test("a model of means alone needs no other file", () => {
  const { set, mean, targets } = answers;
  saveRegressionAnswers(run, { set, mean, targets }, context);
  expect(loadRegressionAnswers(run, set, "test")).toEqual({ set, mean, targets });
  expect(readdirSync(join(run, "predictions")).sort()).toEqual([
    "cars-test.mean.npy",
    "cars-test.targets.npy",
    "index.json",
  ]);
});

test("one name in two roles are two sets; the same role is replaced in its place", () => {
  saveRegressionAnswers(run, answers, context);
  saveRegressionAnswers(run, { ...answers, mean: numbers(0, 0, 0, 0) }, { ...context, role: "shift" });
  saveRegressionAnswers(run, { ...answers, mean: numbers(9, 9, 9, 9) }, { ...context, inputKey: "other" });
  expect(storedRegressionSets(run).map(({ role, inputKey }) => [role, inputKey])).toEqual([
    ["test", "other"],
    ["shift", "i"],
  ]);
  expect(loadRegressionAnswers(run, "cars/test", "test").mean).toEqual(numbers(9, 9, 9, 9));
  expect(loadRegressionAnswers(run, "cars/test", "shift").mean).toEqual(numbers(0, 0, 0, 0));
});

test("stopped while a set is replaced, the index does not speak of half of it", () => {
  saveRegressionAnswers(run, answers, context);
  // A folder in the way stops the writing after the means.
  mkdirSync(join(run, "predictions", "cars-test.targets.npy.partial"));
  expect(() => saveRegressionAnswers(run, answers, { ...context, inputKey: "new" })).toThrow(/targets\.npy/);
  expect(storedRegressionSets(run)).toEqual([]);
});

test("sets that nobody wants go with their files", () => {
  saveRegressionAnswers(run, answers, context);
  saveRegressionAnswers(run, { ...answers, set: "cars/gap" }, { ...context, role: "shift" });
  dropRegressionAnswers(run, ({ role }) => role === "shift");
  expect(storedRegressionSets(run).map(({ set }) => set)).toEqual(["cars/gap"]);
  expect(readdirSync(join(run, "predictions")).filter((name) => name.startsWith("cars-test"))).toEqual([]);
  expect(() => loadRegressionAnswers(run, "cars/test", "test")).toThrow(
    'no predictions on "cars/test" (test); it has: cars/gap',
  );
});

test.each<[string, Partial<StoredRegression>, RegExp]>([
  [
    "a mean that is not finite",
    { mean: numbers(1, 2, Number.NaN, 4) },
    /cars\/test: mean of example 1, target "mpg" is NaN/,
  ],
  ["too few quantiles", { quantiles: { levels: [0.5], values: numbers(1) } }, /quantiles: 1 values; 4 are needed/],
  ["too many reverse errors", { reverse: numbers(1, 2, 3) }, /reverse errors: 3 values; 2 are needed/],
  ["an infinite reverse error", { reverse: numbers(1, Number.POSITIVE_INFINITY) }, /value 1 is Infinity/],
])("refused: %s", (_, changes, message) => {
  const save = () => saveRegressionAnswers(run, { ...answers, ...changes }, context);
  expect(save).toThrow(UserError);
  expect(save).toThrow(message);
  expect(storedRegressionSets(run)).toEqual([]);
});

test("damage is named: a file of another shape, an index of another task", () => {
  saveRegressionAnswers(run, answers, context);
  writeNpy(join(run, "predictions", "cars-test.std.npy"), { shape: [1], data: numbers(1) });
  expect(() => loadRegressionAnswers(run, "cars/test", "test")).toThrow(
    /std\.npy: shape \[1\], but the index says \[2, 2\]/,
  );
  rmSync(join(run, "predictions"), { recursive: true });
  savePredictions(
    run,
    { set: "a", classes: 2, labels: Int32Array.of(0), logits: Float32Array.of(0, 1) },
    { role: "test" },
  );
  expect(() => storedRegressionSets(run)).toThrow(UserError);
  expect(() => storedRegressionSets(run)).toThrow(
    /index\.json: it is of a classification, not of a regression; predict into another folder/,
  );
});
