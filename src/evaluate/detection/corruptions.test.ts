import { expect, test } from "vitest";
import { corruptionSets } from "../corruption-error.ts";
import { meanBoxPerformance, orderedBoxCells } from "./corruptions.ts";

const fifteen = corruptionSets["C, 15 corruptions"];
const cells = fifteen.flatMap((corruption, i) =>
  [1, 2, 3, 4, 5].map((severity) => ({
    corruption: corruption === "frost" ? "frost*" : corruption,
    severity,
    ap: (i + severity) / 100,
    ap50: 0.4,
  })),
);

test("the mean over corruptions and severities, and its share of what is clean", () => {
  const means = meanBoxPerformance(cells, { ap: 0.5, ap50: 0.8 });
  expect(means.map(({ set, measure }) => [set, measure])).toEqual([
    ["C, 15 corruptions", "ap"],
    ["C, 15 corruptions", "ap50"],
  ]);
  // Means of 0 … 14 and of 1 … 5.
  expect(means[0].mpc).toBeCloseTo((7 + 3) / 100, 12);
  expect(means[0].rpc).toBeCloseTo(0.2, 12);
  expect(means[1]).toMatchObject({ mpc: expect.closeTo(0.4, 12), rpc: expect.closeTo(0.5, 12) });
});

test("a set that lacks a cell has no mean; without a clean AP there is no share", () => {
  expect(meanBoxPerformance(cells.slice(1), { ap: 0.5 })).toEqual([]);
  expect(meanBoxPerformance(cells, {})[0].rpc).toBeUndefined();
});

test("in published order", () => {
  const ordered = orderedBoxCells(cells.toReversed());
  expect(ordered.map(({ corruption, severity }) => `${corruption} ${severity}`)).toEqual(
    cells.map(({ corruption, severity }) => `${corruption} ${severity}`),
  );
});
