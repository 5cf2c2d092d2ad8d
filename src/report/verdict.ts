import { points } from "./format.ts";
import { otherArms, type PairedRow, pairedRows } from "./paired.ts";
import type { ReportedArm, Study } from "./study.ts";

export type Standing = "better" | "worse" | "undecided";
/** By a 95 % interval of the difference: one that holds 0 decides nothing. */
export const standing = (interval: readonly [number, number]): Standing =>
  interval[0] > 0 ? "better" : interval[1] < 0 ? "worse" : "undecided";

/**
 * One sentence for each arm but the baseline: under all corruptions where there are any, else on the first image set that
 * both were judged on. Paired over the images: nothing is said of other seeds.
 */
export function verdicts(study: Study, rows = pairedRows(study)): string[] {
  return otherArms(study).map((arm, i) => verdictOf(arm, study.baseline, rows, i));
}

function verdictOf(arm: ReportedArm, { name }: ReportedArm, rows: readonly PairedRow[], i: number): string {
  const damaged = rows.find(({ allCorruptions }) => allCorruptions);
  const row = damaged?.others[i] ? damaged : rows.find(({ others }) => others[i]);
  const paired = row?.others[i];
  if (!row || !paired) return `${arm.name} and ${name} were not judged on the same images`;
  const where = row.allCorruptions ? "under damage" : `on ${row.title}`;
  const [low, high] = paired.interval;
  const said = `${points(paired.difference)} points [${points(low)}, ${points(high)}] over the choice of images`;
  const decided = standing(paired.interval);
  return decided === "undecided"
    ? `${where} ${arm.name} and ${name} are not distinguishable: ${said}`
    : `${arm.name} is ${decided} than ${name} ${where}: ${said}`;
}
