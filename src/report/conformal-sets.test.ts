import { expect, test } from "vitest";
import type { Results } from "../evaluate/index.ts";
import { conformalSets } from "./sections/conformal-sets.ts";
import type { ReportedStudy } from "./study.ts";
import { conformalText } from "./text/conformal-text.ts";

type ConformalSets = NonNullable<Results["conformal"]>;

const sets = (set: string, more: Partial<ConformalSets[number]>): ConformalSets[number] => ({
  ...{ method: "LAC", set, alpha: 0.1, coverage: 0.901, worstClassCoverage: 0.75, meanSize: 1.256 },
  ...{ emptyShare: 0, singletonShare: 0.5, ...more },
});
const both = ["test", "shift"].flatMap((set) => [
  sets(set, {}),
  sets(set, { conditional: "class", coverage: 0.912, worstClassCoverage: 0.88, meanSize: 1.5, alwaysInSet: 2 }),
]);
/** As results were before there were thresholds by class. */
const old = [sets("test", {}), sets("test", { method: "APS", meanSize: 2 })];

const study = (...arms: ConformalSets[]) =>
  ({
    arms: arms.map((conformal, i) => ({ name: `arm ${i}`, runs: [{ results: { conformal } }] })),
  }) as unknown as ReportedStudy;

test("text: one line for a method and set, both kinds of thresholds in it", () => {
  const lines = conformalText(both).split("\n");
  expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
    [
      "conformal sets",
      "set",
      "wanted",
      "coverage",
      "worst class",
      "mean size",
      "by class: coverage",
      "worst class",
      "mean size",
    ],
    ["LAC", "test", "90.0 %", "90.1 %", "75.0 %", "1.26", "91.2 %", "88.0 %", "1.50"],
    ["LAC", "shift", "90.0 %", "90.1 %", "75.0 %", "1.26", "91.2 %", "88.0 %", "1.50"],
    ["by class: too few validation images of 2 of the classes, which are in every set"],
  ]);
  expect(
    conformalText(old)
      .split("\n")
      .map((line) => line.split(/ {2,}/).length),
  ).toEqual([6, 6, 6]);
});

test("report: the first set is shown and the others are folded; an arm that was not judged so has dashes", () => {
  const page = String(conformalSets(study(both, old))?.markup);
  const [shown, folded] = page.split("<details><summary>Other image sets</summary>");
  const cells = (markup: string) =>
    [...markup.matchAll(/<tr><th scope="row">(.*?)<\/th>(.*?)<\/tr>/g)].map(([, name, rest]) => [
      name,
      ...[...rest.matchAll(/<td>(.*?)<\/td>/g)].map(([, value]) => value),
    ]);
  expect(cells(shown)).toEqual([
    ["LAC, 90 % wanted: arm 0", "90.1", "75.0", "1.256", "91.2", "88.0", "1.500"],
    ["LAC, 90 % wanted: arm 1", "90.1", "75.0", "1.256", "–", "–", "–"],
    ["APS, 90 % wanted: arm 0", "–", "–", "–", "–", "–", "–"],
    ["APS, 90 % wanted: arm 1", "90.1", "75.0", "2.000", "–", "–", "–"],
  ]);
  expect(cells(folded).map(([name]) => name)).toEqual(["LAC, 90 % wanted: arm 0", "LAC, 90 % wanted: arm 1"]);
  expect(page).toContain("too few validation images for a threshold are in every set by class; of these there are 2.");
  expect(String(conformalSets(study(old))?.markup)).not.toMatch(/by class:|<details><summary>Other/);
  expect(conformalSets(study([]))).toBeUndefined();
});
