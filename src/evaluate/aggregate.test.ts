import { expect, test } from "vitest";
import { UserError } from "../core/index.ts";
import { groupIntoArms, meanSd } from "./aggregate.ts";
import { comparePaired, compareSeeds } from "./compare.ts";
import type { Results } from "./results.ts";

const result = (method: string, seed: number, more: Partial<Results> = {}): Results => ({
  version: 2,
  task: "classification",
  run: `${method}-${seed}`,
  date: "2026-01-01T00:00:00.000Z",
  data: { name: "toy", title: "Toy" },
  model: "resnet20",
  method,
  seed,
  training: {},
  settings: { epochs: 10 },
  sets: [],
  ood: [],
  machine: { cores: 2, cpu: "x" },
  versions: {},
  ...more,
});

test("mean and sample sd", () => {
  expect(meanSd([1, 2, 3])).toMatchObject({ mean: 2, sd: 1 });
  expect(meanSd([5]).sd).toBeUndefined();
  expect(() => meanSd([])).toThrow("no values");
});

test("runs are grouped by everything but the seed", () => {
  const anchored = { maskProbability: 0.25, maskTarget: "label" };
  const arms = groupIntoArms([
    result("standard", 1),
    result("anchored", 1, anchored),
    result("standard", 2),
    result("anchored", 1, { ...anchored, maskProbability: 0 }),
  ]);
  expect(arms.map(({ name, runs }) => [name, runs])).toEqual([
    ["standard", [0, 2]],
    ["anchored α = 0.25 (label)", [1]],
    ["anchored α = 0", [3]],
  ]);
});

test("equal methods are told apart by what differs, and a repeated seed is not a second sample", () => {
  const names = (...results: Results[]) => groupIntoArms(results).map(({ name }) => name);
  expect(names(result("standard", 1), result("standard", 1, { settings: { epochs: 20 } }))).toEqual([
    "standard · epochs 10",
    "standard · epochs 20",
  ]);
  expect(names(result("standard", 1, { run: "a" }), result("standard", 1, { run: "b" }))).toEqual([
    "standard · a",
    "standard · b",
  ]);
});

test("a comparison over seeds: Welch's interval by hand", () => {
  expect(compareSeeds([1], [2])).toMatchObject({ difference: -1, verdict: "unknown" });
  // Variances 0.5 and 0.5, n = 2: standard error √0.5, 2 degrees of freedom, t = 4.303.
  const comparison = compareSeeds([10, 11], [5, 6]);
  expect(comparison.halfWidth).toBeCloseTo(4.303 * Math.sqrt(0.5), 10);
  expect(comparison).toMatchObject({ difference: 5, verdict: "higher" });
  expect(compareSeeds([5, 6], [5.5, 6.5]).verdict).toBe("tie");
  const many = Array.from({ length: 100 }, (_, i) => i % 2);
  expect(compareSeeds(many, many).halfWidth).toBeCloseTo(1.972 * Math.sqrt((2 * 0.2525) / 100), 3);
});

test("paired t interval: by hand, and narrower than Welch's where pairs agree", () => {
  expect(comparePaired([1], [2])).toMatchObject({ difference: -1, verdict: "unknown" });
  // Differences 1, 2, 3: mean 2, sd 1, t(2) = 4.303.
  const { difference, halfWidth, verdict } = comparePaired([11, 22, 33], [10, 20, 30]);
  expect(difference).toBe(2);
  expect(halfWidth).toBeCloseTo(4.3027 / Math.sqrt(3), 3);
  expect(verdict).toBe("tie");
  expect(comparePaired([10.1, 20.1, 30.1], [10, 20, 30])).toMatchObject({ verdict: "higher" });
  expect(compareSeeds([10.1, 20.1, 30.1], [10, 20, 30])).toMatchObject({ verdict: "tie" });
  expect(() => comparePaired([1, 2], [1])).toThrow(UserError);
});
