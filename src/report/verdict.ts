import type { Contrast } from "./contrast.ts";
import { counted, points } from "./format.ts";
import { otherArms, type PairedRow, pairedRows } from "./paired.ts";
import type { ReportedArm, ReportedStudy } from "./study.ts";

/**
 * One sentence for each arm but the baseline: under all corruptions where there are any, else on the first image set that
 * both were judged on. It says what its interval is over: seeds of training, or only the choice of the images.
 */
export function verdicts(study: ReportedStudy, rows = pairedRows(study)): string[] {
  return otherArms(study).map((arm, i) => verdictOf(arm, study.baseline, rows, i));
}

function verdictOf(arm: ReportedArm, { name, runs }: ReportedArm, rows: readonly PairedRow[], i: number): string {
  const damaged = rows.find(({ allCorruptions }) => allCorruptions);
  const decidable = ({ others }: PairedRow) => others[i]?.interval !== undefined;
  const row = damaged && decidable(damaged) ? damaged : rows.find(decidable);
  const found = row?.others[i];
  if (!row || !found?.interval) return `${arm.name} and ${name} were not judged on the same images`;
  const where = row.allCorruptions ? "under damage" : `on ${row.title}`;
  const over =
    found.over === "images" ? "the choice of images" : counted(Math.min(arm.runs.length, runs.length), "seed");
  const said = `${differenceText(found)} over ${over}`;
  return found.standing === "undecided"
    ? `${where} ${arm.name} and ${name} are not distinguishable: ${said}`
    : `${arm.name} is ${found.standing} than ${name} ${where}: ${said}`;
}

/** `+5.1 points [+4.1, +6.0]`, of a difference of fractions. */
export function differenceText({ difference, interval }: Contrast): string {
  return `${points(difference)} points${interval ? ` [${points(interval[0])}, ${points(interval[1])}]` : ""}`;
}
