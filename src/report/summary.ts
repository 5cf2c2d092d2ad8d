import { meanSd } from "../evaluate/index.ts";
import { oodSets } from "./measures.ts";
import { otherArms, type PairedRow, pairedRows } from "./paired.ts";
import type { ReportedArm, Study } from "./study.ts";
import { type Standing, standing, verdicts } from "./verdict.ts";

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const meanOver = (
  { runs }: ReportedArm,
  of: (results: ReportedArm["runs"][number]["results"]) => number | undefined,
) => {
  const values = runs.flatMap(({ results }) => of(results) ?? []);
  return values.length === 0 ? undefined : meanSd(values).mean;
};

/**
 * What a study shows, in a few lines of plain text and a verdict; every word comes from its numbers. Accuracies are
 * paired over the test images, so that with one seed an arm nothing is said of other seeds.
 */
export function summaryLines(study: Study): string[] {
  const { arms, baseline } = study;
  const others = otherArms(study);
  const rows = pairedRows(study);
  const each = (title: string, of: (arm: ReportedArm) => number | undefined, show = percent) => {
    const shown = arms.flatMap((arm) => {
      const value = of(arm);
      return value === undefined ? [] : [`${arm.name} ${show(value)}`];
    });
    return shown.length > 0 ? [`${title}: ${shown.join(", ")}`] : [];
  };
  const lines = [
    ...each("Right on clean test images", (arm) => meanOver(arm, ({ sets }) => sets[0]?.metrics.accuracy)),
    ...each("Right on damaged ones, mean over all damages", (arm) =>
      meanOver(
        arm,
        ({ corruptions }) => corruptions && average(corruptions.cells.map(({ metrics }) => metrics.accuracy!)),
      ),
    ),
    ...each("Calibration error of confidences there (smoothed)", (arm) =>
      meanOver(
        arm,
        ({ corruptions }) => corruptions && average(corruptions.cells.map(({ metrics }) => metrics.smoothEce!)),
      ),
    ),
  ];
  return [
    ...lines,
    ...others.flatMap((arm, i) => kindsOfDamage(arm, baseline, rows, i)),
    ...foreign(study),
    ...verdicts(study).map((text) => `Verdict: ${text}`),
  ];
}

const average = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

function kindsOfDamage(arm: ReportedArm, { name }: ReportedArm, rows: readonly PairedRow[], i: number): string[] {
  const kinds = rows.filter(({ role, allCorruptions }) => role === "corruption" && !allCorruptions);
  const found = kinds.flatMap(({ others }) => others[i] ?? []).map(({ interval }) => standing(interval));
  if (found.length === 0) return [];
  const count = (which: Standing) => found.filter((one) => one === which).length;
  return [
    `Of ${found.length} kinds of damage ${arm.name} is better than ${name} on ${count("better")}, worse on ${count("worse")}, undecided on ${count("undecided")}`,
  ];
}

/** Scores of the opening, each with the words for it. */
const foreignScores = [
  { score: "max-softmax", words: "confidence" },
  { score: "reference-std", words: "disagreement of references" },
] as const;

/** Telling foreign pictures from known ones, by AUROC: 50 % is guessing. A line a score. */
function foreign(study: Study): string[] {
  return foreignScores.flatMap(({ score, words }) => {
    const told = oodSets(study).flatMap((set) => {
      const shown = study.arms.flatMap((arm) => {
        const value = meanOver(arm, ({ ood }) => ood.find((one) => one.set === set && one.score === score)?.auroc);
        if (value === undefined) return [];
        return [`${arm.name} ${percent(value)}${value < 0.5 ? " (surer of foreign pictures than of known ones)" : ""}`];
      });
      return shown.length > 0 ? [`${set}: ${shown.join(", ")}`] : [];
    });
    return told.length > 0 ? [`Foreign pictures told by ${words} (guessing is 50 %): ${told.join("; ")}`] : [];
  });
}
