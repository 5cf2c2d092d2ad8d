import { expect, test } from "vitest";
import { placements } from "../evaluate/internal.ts";
import { contrast, standing } from "./contrast.ts";
import type { ReportedArm } from "./study.ts";
import { fakeMeasure as measure } from "./testing.ts";

type Seeds = Readonly<Record<number, number>>;
const arm = (values: Seeds): ReportedArm =>
  ({
    runs: Object.entries(values).map(([seed, value]) => ({ results: { seed: Number(seed), value } })),
  }) as unknown as ReportedArm;

test.each<[string, readonly [number, number], "higher" | "lower", string]>([
  ["above zero", [0.1, 0.3], "higher", "better"],
  ["above zero, lower is better", [0.1, 0.3], "lower", "worse"],
  ["below zero", [-0.3, -0.1], "higher", "worse"],
  ["below zero, lower is better", [-0.3, -0.1], "lower", "better"],
  ["holds zero", [-0.1, 0.3], "higher", "undecided"],
  ["zero alone", [0, 0], "lower", "undecided"],
  ["ends in zero", [0, 0.3], "higher", "undecided"],
])("an interval %s", (_, interval, better, expected) => expect(standing(interval, better)).toBe(expected));

test("equal seeds are paired: what they share is no noise", () => {
  // Differences 0.1, 0.12, 0.14: mean 0.12, standard deviation 0.02, half width 4.303 · 0.02 / √3.
  const found = contrast(arm({ 0: 0.2, 1: 0.52, 2: 0.94 }), arm({ 0: 0.1, 1: 0.4, 2: 0.8 }), measure())!;
  expect(found.difference).toBeCloseTo(0.12, 12);
  expect(found.interval![0]).toBeCloseTo(0.12 - (4.303 * 0.02) / Math.sqrt(3), 12);
  expect(found).toMatchObject({ over: "seeds", standing: "better" });
});

test("other seeds are not paired: Welch's interval holds zero here", () => {
  const found = contrast(arm({ 0: 0.2, 1: 0.52, 2: 0.94 }), arm({ 3: 0.1, 4: 0.4, 5: 0.8 }), measure());
  expect(found).toMatchObject({ over: "seeds", standing: "undecided" });
});

test("one seed has the interval over images where there is one, else none and no standing", () => {
  const overImages = () => ({ difference: -0.2, interval: [-0.3, -0.1] as const });
  const [a, b] = [arm({ 0: 0.3 }), arm({ 0: 0.5 })];
  expect(contrast(a, b, measure({ overImages }))).toMatchObject({ over: "images", standing: "worse" });
  expect(contrast(a, b, measure({ title: "another" }))).toEqual({ difference: -0.2 });
});

test("placements: their mean is the AUROC, ties count half", () => {
  const { known, foreign } = placements(Float64Array.of(1, 2, 3), Float64Array.of(2, 4));
  // 2 beats 1, ties 2, loses to 3; 4 beats all.
  expect([...foreign]).toEqual([0.5, 1]);
  expect([...known]).toEqual([1, 0.75, 0.5]);
});
