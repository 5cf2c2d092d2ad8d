import { expect, test } from "vitest";
import { doubtGap, tellingDamages } from "./telling-damage.ts";

test("the gap in doubt is between the models that are furthest apart; a model alone is told by its doubt", () => {
  expect(doubtGap([0.5, 0.25, 0.75])).toBe(0.5);
  expect(doubtGap([0.25])).toBe(0.25);
});

test("corruptions come by their largest gap, at the severity that has it", async () => {
  const doubts: Record<string, number[]> = {
    "fog 3": [0, 0.5],
    "fog 5": [0.5, 0.75],
    "snow 3": [0, 0.25],
    "snow 5": [1, 0.25],
    "contrast 3": [0.5, 0],
    "contrast 5": [0, 0.5],
  };
  const found = await tellingDamages(async ({ name, severity }) => doubts[`${name} ${severity}`] ?? [0.9, 0.9]);
  expect(found!.slice(0, 3)).toEqual([
    { name: "snow", severity: 5, gap: 0.75 },
    { name: "fog", severity: 3, gap: 0.5 },
    { name: "contrast", severity: 3, gap: 0.5 },
  ]);
});

test("the search ends where it is no longer wanted", async () => {
  let asked = 0;
  expect(await tellingDamages(async () => (++asked < 4 ? [0, 1] : undefined))).toBeUndefined();
  expect(asked).toBe(4);
});
