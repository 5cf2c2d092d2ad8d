import { compareSeeds } from "../../evaluate/index.ts";
import { counted, listing, meanOf, points, unbroken, withSd } from "../format.ts";
import { type Html, html } from "../html.ts";
import {
  corruptionMeans,
  type Measure,
  oodMeasure,
  oodSets,
  setMeasure,
  valuesOf,
  worseThanGuessing,
} from "../measures.ts";
import type { ReportedArm, Study } from "../study.ts";
import { verdicts } from "../verdict.ts";

/** The measures that the opening speaks of, with the words for them in a sentence. */
function keyMeasures(study: Study): { measure: Measure; words: string }[] {
  const shifts = study.sets.filter(({ role }) => role === "shift");
  const tests = study.sets.filter(({ role }) => role === "test").slice(0, 1);
  const where = (set: string, role: "test" | "shift") => (role === "test" ? `on ${set}` : `under shift (${set})`);
  const found = [
    ...[...shifts, ...tests].map(({ set, role }) => ({
      measure: setMeasure(set, role, "accuracy"),
      words: `accuracy ${where(set, role)}`,
    })),
    ...[...shifts, ...tests].map(({ set, role }) => ({
      measure: setMeasure(set, role, "smoothEce"),
      words: `calibration error ${where(set, role)}`,
    })),
    ...corruptionMeans(study)
      .slice(0, 2)
      .map((measure, i) => ({
        measure,
        words: `${["accuracy", "calibration error"][i]} under corruption (mean over all)`,
      })),
    ...oodSets(study).map((set) => ({
      measure: oodMeasure(set, "max-softmax"),
      words: `AUROC against ${set} by confidence`,
    })),
    ...oodSets(study).map((set) => ({
      measure: oodMeasure(set, "reference-std"),
      words: `AUROC against ${set} by reference std`,
    })),
  ];
  return found.filter(({ measure }) => study.arms.some((arm) => valuesOf(arm, measure).length > 0));
}

const capital = (text: string) => text[0].toUpperCase() + text.slice(1);

/** The finding in one line, then a sentence a measure; every word of it computed. */
export function headline(study: Study): { title: string; findings: Html } {
  const { arms, baseline } = study;
  const others = arms.filter((arm) => arm !== baseline);
  const keys = keyMeasures(study);
  const compared = keys.map((key) => ({ ...key, rows: others.map((arm) => versus(arm, baseline, key.measure)) }));
  const clear = compared.flatMap(({ words, measure, rows }) =>
    rows
      .filter((row) => row && row.verdict !== "tie" && row.verdict !== "unknown")
      .map((row) => ({ words, measure, row: row! })),
  );
  const single =
    others.length > 0 && compared.every(({ rows }) => rows.every((row) => !row || row.verdict === "unknown"));

  let title: string;
  if (others.length === 0)
    title = `${capital(baseline.name)}: ${keys
      .slice(0, 2)
      .map(({ measure, words }) => `${words} ${valueText(baseline, measure)}`)
      .join(", ")}`;
  else if (single) title = `${capital(verdicts(study)[0])}; one seed an arm`;
  else if (clear.length === 0) title = "No difference between the arms exceeds seed noise";
  else {
    const { row, words } = clear[0];
    title = `${capital(row.arm.name)}: ${words} ${points(Math.abs(row.difference)).replace("+", "")} points ${row.difference > 0 ? "higher" : "lower"} than ${baseline.name}`;
  }

  const findings = html`<ul class="findings">${compared.map(({ words, measure, rows }) => finding(words, measure, rows, study))}</ul>
<p class="note">${unbroken(caveat(study, single))}</p>`;
  return { title, findings };
}

interface Versus {
  readonly arm: ReportedArm;
  readonly difference: number;
  readonly halfWidth: number | undefined;
  readonly verdict: "higher" | "lower" | "tie" | "unknown";
}

function versus(arm: ReportedArm, baseline: ReportedArm, measure: Measure): Versus | undefined {
  const [mine, theirs] = [valuesOf(arm, measure), valuesOf(baseline, measure)];
  return mine.length && theirs.length ? { arm, ...compareSeeds(mine, theirs) } : undefined;
}

const valueText = (arm: ReportedArm, measure: Measure): string => {
  const mean = meanOf(valuesOf(arm, measure));
  if (!mean) return "–";
  const value = `${withSd(mean, measure.unit)} ${measure.unit}`.trim();
  return worseThanGuessing(measure, mean.mean) ? `${value}, worse than guessing` : value;
};

function finding(
  words: string,
  measure: Measure,
  rows: readonly (Versus | undefined)[],
  { arms, baseline }: Study,
): Html {
  const known = rows.filter((row) => row !== undefined);
  const lead = html`<b>${capital(words)}.</b>`;
  if (known.length === 0) {
    const having = arms.filter((arm) => valuesOf(arm, measure).length > 0);
    return html`<li>${lead} ${unbroken(capital(having.map((arm) => `${arm.name}: ${valueText(arm, measure)}`).join("; ")))}.</li>`;
  }
  const start = `${capital(baseline.name)} ${valueText(baseline, measure)}`;
  const interval = ({ halfWidth }: Versus) => (halfWidth ? ` ± ${(100 * halfWidth).toFixed(1)}` : "");
  const clear = known.filter(({ verdict }) => verdict === "higher" || verdict === "lower");
  const ties = known.filter(({ verdict }) => verdict === "tie");
  const unknown = known.filter(({ verdict }) => verdict === "unknown");
  const sentences = [
    ...clear.map((row) => {
      const good = row.verdict === measure.better;
      return `${row.arm.name} is ${good ? "better" : "worse"}: ${valueText(row.arm, measure)}, a difference of ${points(row.difference)}${interval(row)} points`;
    }),
    ...(unknown.length
      ? unknown.map((row) => `${row.arm.name}: ${valueText(row.arm, measure)} (${points(row.difference)} points)`)
      : []),
    ...(ties.length
      ? [
          `${listing(ties.map((row) => `${row.arm.name} (${points(row.difference)}${interval(row)} points)`))} ${ties.length === 1 ? "ties" : "tie"} with it within seed noise`,
        ]
      : []),
  ];
  return html`<li>${lead} ${unbroken(`${start}; ${sentences.join("; ")}.`)}</li>`;
}

function caveat(study: Study, single: boolean): string {
  const { arms, sets } = study;
  const images = arms[0].runs[0].results.sets.find(({ set }) => set === sets[0]?.set)?.images;
  const p = meanOf(valuesOf(arms[0], setMeasure(sets[0]?.set ?? "", "test", "accuracy")))?.mean;
  const sampling =
    images && p !== undefined
      ? ` The choice of ${images.toLocaleString("en")} test images alone moves an accuracy by about ±\u00a0${(196 * Math.sqrt((p * (1 - p)) / images)).toFixed(1)} points.`
      : "";
  if (arms.length === 1) return sampling.trim();
  if (single)
    return `With one seed an arm, nobody can say which of these differences another seed would keep: read small ones as ties, and train more seeds before you rely on one.${sampling}`;
  const seeds = [...new Set(arms.map(({ runs }) => runs.length))].sort((a, b) => a - b);
  return `Mean ± standard deviation over ${listing(seeds.map((n) => counted(n, "seed")))} an arm; differences with their 95 % interval over seeds (Welch), and “tie” where it holds zero. With so few seeds only large effects can show, and one in twenty such intervals misses by chance.${sampling}`;
}
