import { describe, expect, test } from "vitest";
import type { RegressionSet } from "../../core/index.ts";
import { UserError } from "../../core/index.ts";
import { ensemblePredictor } from "./ensemble.ts";
import type { RegressionAnswers, RegressionPredictor } from "./predictor.ts";

const set: RegressionSet = {
  name: "toy/test",
  count: 2,
  inputs: { kind: "numbers", names: ["x"], data: Float64Array.of(0, 1) },
  targets: { names: ["y"], data: Float64Array.of(0, 1) },
};

interface Fake extends Omit<RegressionAnswers, "set"> {
  readonly onDispose?: () => void;
  readonly onK?: (k: number | undefined) => void;
}

const member = ({ onDispose, onK, ...answers }: Fake): RegressionPredictor => ({
  async predict({ name, count }, { k, onProgress } = {}) {
    onK?.(k);
    onProgress?.({ done: count, total: count });
    return { set: name, ...answers };
  },
  async dispose() {
    onDispose?.();
  },
});
const numbers = (...values: number[]) => Float64Array.from(values);

test("mean of means; mean variance plus unbiased variance of the means", async () => {
  const ensemble = ensemblePredictor([
    member({ mean: numbers(1, 10), standardDeviation: numbers(1, 3) }),
    member({ mean: numbers(2, 10), standardDeviation: numbers(2, 4) }),
    member({ mean: numbers(6, 10), standardDeviation: numbers(3, 5) }),
  ]);
  const { mean, standardDeviation } = await ensemble.predict(set);
  expect(mean).toEqual(numbers(3, 10));
  // Means 1, 2, 6: squares 4 + 1 + 9 over 2; variances 1, 4, 9.
  expect(standardDeviation![0]).toBeCloseTo(Math.sqrt(7 + 14 / 3), 12);
  expect(standardDeviation![1]).toBeCloseTo(Math.sqrt(50 / 3), 12);
});

test("without variances the spread of the means is all", async () => {
  const ensemble = ensemblePredictor([member({ mean: numbers(1, 0) }), member({ mean: numbers(3, 0) })]);
  const { mean, standardDeviation } = await ensemble.predict(set);
  expect(mean).toEqual(numbers(2, 0));
  expect(standardDeviation).toEqual(numbers(Math.SQRT2, 0));
});

test("quantiles of equal levels are averaged", async () => {
  const quantiles = (...values: number[]) => ({ levels: [0.1, 0.9], values: Float64Array.from(values) });
  const ensemble = ensemblePredictor([
    member({ mean: numbers(0, 0), quantiles: quantiles(-1, 1, -2, 2) }),
    member({ mean: numbers(0, 0), quantiles: quantiles(-3, 3, -4, 6) }),
  ]);
  expect((await ensemble.predict(set)).quantiles).toEqual(quantiles(-2, 2, -3, 4));
});

test("its members are asked with the same K, their progress adds up, and they end with it", async () => {
  const asked: unknown[] = [];
  let disposed = 0;
  const fake: Fake = { mean: numbers(0, 0), onK: (k) => asked.push(k), onDispose: () => disposed++ };
  const ensemble = ensemblePredictor([member(fake), member(fake)]);
  await ensemble.predict(set, { k: 7, onProgress: (at) => asked.push(at) });
  expect(asked).toEqual([7, { done: 2, total: 4 }, 7, { done: 4, total: 4 }]);
  await ensemble.dispose();
  expect(disposed).toBe(2);
});

describe("refused in one line", () => {
  const levels = (...of: number[]) => ({ levels: of, values: numbers(0, 0) });
  const plain: Fake = { mean: numbers(0, 0) };
  test.each<[string, Fake[], RegExp]>([
    ["one member", [plain], /1 member; at least 2/],
    ["other lengths", [plain, { mean: numbers(1) }], /member 1 gives 1 means on toy\/test, member 0 2/],
    ["some variances", [{ ...plain, standardDeviation: numbers(1, 1) }, plain], /member 1 gives no standard dev/],
    ["some quantiles", [plain, { ...plain, quantiles: levels(0.1) }], /member 0 gives no quantiles/],
    [
      "other levels",
      [
        { ...plain, quantiles: levels(0.1) },
        { ...plain, quantiles: levels(0.2) },
      ],
      /0.2, member 0 0.1/,
    ],
  ])("%s", async (_, fakes, message) => {
    const predicting = async () => ensemblePredictor(fakes.map(member)).predict(set);
    await expect(predicting()).rejects.toThrow(UserError);
    await expect(predicting()).rejects.toThrow(message);
  });
});
