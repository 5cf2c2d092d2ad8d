import type { Standing } from "./contrast.ts";
import { meanOf } from "./format.ts";
import { foreignScores } from "./key-measures.ts";
import {
  corruptionMeans,
  type Measure,
  oodMeasure,
  oodSets,
  setMeasure,
  valuesOf,
  worseThanGuessing,
} from "./measures.ts";
import { otherArms, type PairedRow, pairedRows } from "./paired.ts";
import type { ReportedArm, ReportedStudy } from "./study.ts";
import { verdicts } from "./verdict.ts";

/** `standard 99.0 %, anchored 98.8 %`, of the arms that were measured; nothing where none was. */
function shares({ arms }: ReportedStudy, measure: Measure): string | undefined {
  const shown = arms.flatMap((arm) => {
    const mean = meanOf(valuesOf(arm, measure))?.mean;
    if (mean === undefined) return [];
    const below = worseThanGuessing(measure, mean) ? " (surer of foreign pictures than of known ones)" : "";
    return [`${arm.name} ${(100 * mean).toFixed(1)} %${below}`];
  });
  return shown.length > 0 ? shown.join(", ") : undefined;
}

/**
 * What a study shows, in a few lines of plain text and a verdict; every word comes from its numbers. Accuracies are
 * paired over the test images, so that with one seed an arm nothing is said of other seeds.
 * @example
 * console.log(summaryLines(study([readReportedRun(run)])).join("\n"));
 */
export function summaryLines(study: ReportedStudy): string[] {
  const rows = pairedRows(study);
  const clean = study.sets.find(({ role }) => role === "test");
  const [accuracy, smoothEce] = corruptionMeans(study);
  const titled: [string, Measure | undefined][] = [
    ["Right on clean test images", clean && setMeasure(clean.set, "test", "accuracy")],
    ["Right on damaged ones, mean over all damages", accuracy],
    ["Calibration error of confidences there (smoothed)", smoothEce],
  ];
  return [
    ...titled.flatMap(([title, measure]) => {
      const shown = measure && shares(study, measure);
      return shown ? [`${title}: ${shown}`] : [];
    }),
    ...otherArms(study).flatMap((arm, i) => kindsOfDamage(arm, study.baseline, rows, i)),
    ...foreign(study),
    ...verdicts(study, rows).map((text) => `Verdict: ${text}`),
  ];
}

function kindsOfDamage(arm: ReportedArm, { name }: ReportedArm, rows: readonly PairedRow[], i: number): string[] {
  const kinds = rows.filter(({ role, allCorruptions }) => role === "corruption" && !allCorruptions);
  const found = kinds.flatMap(({ others }) => others[i] ?? []).flatMap(({ standing }) => standing ?? []);
  if (found.length === 0) return [];
  const count = (which: Standing) => found.filter((one) => one === which).length;
  return [
    `Of ${found.length} kinds of damage ${arm.name} is better than ${name} on ${count("better")}, worse on ${count("worse")}, undecided on ${count("undecided")}`,
  ];
}

/** Detection of foreign pictures, by AUROC: 50 % is guessing. A line a score. */
function foreign(study: ReportedStudy): string[] {
  return foreignScores.flatMap(({ score, words }) => {
    const told = oodSets(study).flatMap((set) => {
      const shown = shares(study, oodMeasure(set, score));
      return shown ? [`${set}: ${shown}`] : [];
    });
    return told.length > 0 ? [`Foreign pictures told by ${words} (guessing is 50 %): ${told.join("; ")}`] : [];
  });
}
