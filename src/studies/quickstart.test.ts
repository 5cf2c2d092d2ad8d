import { expect, it } from "vitest";
import { quickstartPlan } from "./quickstart.ts";

it.each([
  ["mnist", 4],
  ["emoji", 6],
] as const)("the quickstart's arms on %s differ in their method alone", (data, runs) => {
  const plan = quickstartPlan({ out: "q", data, seeds: 2 });
  expect(plan).toHaveLength(runs);
  expect(new Set(plan.map(({ run }) => run)).size).toBe(runs);
  const shared = plan.map(({ config }) => JSON.stringify({ ...config, method: 0, seed: 0 }));
  expect(new Set(shared).size).toBe(1);
});
