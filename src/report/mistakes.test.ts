import { expect, test } from "vitest";
import { classAccuracies, confusion, totals, worstMistakes } from "./mistakes.ts";
import { fakeArm } from "./testing.ts";

const arm = fakeArm(
  3,
  [{ role: "test", labels: [0, 0, 0, 1, 1], answers: [0, 1, 1, 1, 2] }],
  [
    { role: "test", labels: [0, 0, 0, 1, 1], answers: [0, 0, 1, 1, 1] },
    { role: "corruption", labels: [2], answers: [0], corruption: { name: "fog", severity: 1 } },
  ],
);

test("counts of true by answered classes, seeds added up, by hand", () => {
  const found = confusion(arm, "test")!;
  expect([...found.counts]).toEqual([3, 3, 0, 0, 3, 1, 0, 0, 0]);
  expect(totals(found)).toEqual([6, 4, 0]);
  expect(classAccuracies(found)).toEqual([0.5, 0.75, undefined]);
});

test("the worst mistakes come first, as shares of the true class", () => {
  expect(worstMistakes(confusion(arm, "test")!)).toEqual([
    { label: 0, predicted: 1, count: 3, share: 0.5 },
    { label: 1, predicted: 2, count: 1, share: 0.25 },
  ]);
});

test("sets of another role are another matrix; none is none", () => {
  expect([...confusion(arm, "corruption")!.counts]).toEqual([0, 0, 0, 0, 0, 0, 1, 0, 0]);
  expect(confusion(fakeArm(3, []), "test")).toBeUndefined();
});
