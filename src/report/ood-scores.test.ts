import { expect, test } from "vitest";
import type { OodScoreResults } from "../evaluate/index.ts";
import { keptColumns, oodColumns } from "./ood-matrix.ts";
import { oodMatrix } from "./sections/ood-scores.ts";
import type { ReportedArm } from "./study.ts";
import { oodScoresText } from "./text/ood-scores-text.ts";

const measures = (auroc: number) => ({ auroc, auprIn: 0.5, auprOut: 0.5, fpr95In: 0.25, fpr95Out: 0.75 });
const cell = (set: string, auroc: number) => ({
  set,
  ...measures(auroc),
  interval: [auroc - 0.01, auroc + 0.01] as [number, number],
});
const results: OodScoreResults = {
  against: "emoji/test",
  thresholdFrom: "emoji/validation",
  bank: { images: 50, of: 60, labels: "given" },
  sets: [
    { set: "far away", images: 9, group: "far" },
    { set: "flags", images: 9, group: "near" },
    { set: "food", images: 9, group: "near" },
    { set: "mine", images: 9 },
  ],
  headline: ["max-softmax"],
  scores: [
    {
      score: "knn",
      title: "Nearest neighbours",
      short: "kNN",
      kind: "distance",
      parameters: { k: 10 },
      parametersFrom: "published default",
      cells: [cell("far away", 0.9), cell("flags", 0.3), cell("food", 0.5), cell("mine", 0.6)],
      means: { near: measures(0.4), far: measures(0.9) },
      rejected: [{ set: "emoji/shift", share: 0.125 }],
      rejectedCorrupted: [
        { severity: 1, kinds: 2, share: 0.0625 },
        { severity: 5, kinds: 2, share: 0.4375 },
      ],
    },
    {
      score: "max-softmax",
      title: "Confidence",
      short: "max-softmax",
      kind: "prediction",
      cells: [cell("far away", 0.2)],
      rejected: [],
    },
    {
      score: "vim",
      title: "ViM",
      short: "ViM",
      kind: "both",
      absent: ["needs the classifier's weight and bias"],
      cells: [],
      rejected: [],
    },
  ],
};
const arm = (oodScores?: OodScoreResults) =>
  ({ name: "plain", runs: [{ results: { oodScores } }] }) as unknown as ReportedArm;

test("near sets, their mean, far ones, then sets of no group; a lone set needs no mean", () => {
  expect(oodColumns(results).map(({ title }) => title)).toEqual(["flags", "food", "mean of near", "far away", "mine"]);
});

test("the matrix has every cell, marks what was named beforehand, and says what is missing and why", async () => {
  const { markup } = (await oodMatrix({ arms: [arm(results)] }))!;
  for (const text of ["max-softmax *", "90.0 [89.0, 91.0]", "mean of near", "12.5", "k 10", "published default"])
    expect(markup).toContain(text);
  expect(markup).toContain("Left out: ViM (needs the classifier&#39;s weight and bias)");
  // In the tables; the drawing names its axis's labels on its own.
  const [, tables] = markup.split("</svg>");
  expect(tables.indexOf(">max-softmax<")).toBeLessThan(tables.indexOf(">kNN<"));
  expect(markup).toContain("Fitted on 50 training pictures without augmentation, of 60, always the same");
});

test("what must stay known stands beside the matrix: sets, then severities", async () => {
  expect(keptColumns(results).map(({ title }) => title)).toEqual(["emoji/shift", "severity 1", "severity 5"]);
  const { markup } = (await oodMatrix({ arms: [arm(results)] }))!;
  expect(markup.indexOf("Must stay known")).toBeLessThan(markup.indexOf("<details>"));
  for (const text of ["6.3", "43.8"]) expect(markup).toContain(text);
});

test("the same as text: scores down, sets across", () => {
  const text = oodScoresText(results);
  expect(text).toMatch(/^AUROC, %; \* named beforehand +sees +flags +food +mean of near +far away +mine\n/);
  expect(text).toMatch(/^kNN +distance +30\.0 +50\.0 +40\.0 +90\.0 +60\.0$/m);
  expect(text).toMatch(/^max-softmax \* +prediction +– +– +– +20\.0 +–$/m);
  expect(text).toMatch(/^kNN +12\.5 +6\.3 +43\.8$/m);
  expect(text).not.toContain("ViM");
});

test("no scores, no matrix", async () => {
  expect(await oodMatrix({ arms: [arm()] })).toBeUndefined();
});
