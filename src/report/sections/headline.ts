import { type Contrast, contrast, type Standing } from "../contrast.ts";
import { counted, listing, meanOf, points, unbroken, withSd } from "../format.ts";
import { type Html, html } from "../html.ts";
import { type KeyMeasure, keyMeasures } from "../key-measures.ts";
import { type Measure, setMeasure, valuesOf, worseThanGuessing } from "../measures.ts";
import { otherArms, pairedRows } from "../paired.ts";
import type { ReportedArm, ReportedStudy } from "../study.ts";
import { differenceText, verdicts } from "../verdict.ts";

interface Found {
  readonly key: KeyMeasure;
  readonly arm: ReportedArm;
  readonly contrast: Contrast;
}

const capital = (text: string) => text[0].toUpperCase() + text.slice(1);

const decided = ({ contrast: { standing } }: Found): boolean => standing === "better" || standing === "worse";

/**
 * The finding in one line, a verdict below it, and a sentence a measure; every word of it computed. Of what several seeds
 * establish the title takes the largest difference in points: a standardised one would prefer a hair's breadth that three
 * seeds happen to agree on. Where nothing is established it says what the first key measure shows.
 */
export function headline(study: ReportedStudy): { title: string; verdict: Html | undefined; findings: Html } {
  const keys = keyMeasures(study);
  const others = otherArms(study);
  const found = keys.flatMap((key) =>
    others.flatMap((arm): Found[] => {
      const one = contrast(arm, study.baseline, key.measure);
      return one ? [{ key, arm, contrast: one }] : [];
    }),
  );
  const single = others.length > 0 && found.every(({ contrast: { over } }) => over !== "seeds");
  const findings = html`<ul class="findings">${keys.map((key) => finding(key, found, study))}</ul>
<p class="note">${unbroken(caveat(study, single))}</p>`;
  return { title: unbroken(titleOf(study, keys, found, single)), verdict: verdictOf(study, single), findings };
}

function titleOf(study: ReportedStudy, keys: readonly KeyMeasure[], found: readonly Found[], single: boolean): string {
  const { baseline } = study;
  if (otherArms(study).length === 0)
    return `${capital(baseline.name)}: ${keys
      .slice(0, 2)
      .map(({ measure, words }) => `${words} ${valueText(baseline, measure)}`)
      .join(", ")}`;
  if (single) return `${capital(verdicts(study)[0])}; one seed an arm`;
  const strongest = found
    .filter((one) => decided(one) && one.contrast.over === "seeds")
    .sort((a, b) => Math.abs(b.contrast.difference) - Math.abs(a.contrast.difference))[0];
  if (strongest) {
    const { arm, key, contrast } = strongest;
    const size = points(Math.abs(contrast.difference)).replace("+", "");
    return `${capital(arm.name)}: ${key.words} ${size} points ${contrast.difference > 0 ? "higher" : "lower"} than ${baseline.name}, which is ${contrast.standing}`;
  }
  const [shown] = found;
  if (!shown) return `${listing(study.arms.map(({ name }) => name))}: not judged on the same images`;
  const { arm, key, contrast } = shown;
  return `${capital(key.words)}: ${arm.name} ${valueText(arm, key.measure)}, ${baseline.name} ${valueText(baseline, key.measure)}: ${differenceText(contrast)}, not distinguishable`;
}

/** Under how many corruptions each arm is better, worse or neither, below what the title says. */
function verdictOf(study: ReportedStudy, single: boolean): Html | undefined {
  const rows = pairedRows(study);
  const sentences = verdicts(study, rows);
  const kinds = rows.filter(({ role, allCorruptions }) => role === "corruption" && !allCorruptions);
  const lines = otherArms(study).map((arm, i) => {
    const standings = kinds.flatMap(({ others }) => others[i]?.standing ?? []);
    const count = (which: Standing) => standings.filter((one) => one === which).length;
    const counts =
      standings.length > 0 &&
      `Of ${counted(standings.length, "corruption")} ${arm.name} is better than ${study.baseline.name} on ${count("better")}, worse on ${count("worse")}; on ${count("undecided")} they are not distinguishable.`;
    // A single seed's first verdict is the title already.
    const said = single && i === 0 ? undefined : `${capital(sentences[i])}.`;
    return said || counts ? html`<li>${unbroken([said, counts].filter(Boolean).join(" "))}</li>` : undefined;
  });
  return lines.some(Boolean) ? html`<ul class="verdict">${lines}</ul>` : undefined;
}

const valueText = (arm: ReportedArm, measure: Measure): string => {
  const mean = meanOf(valuesOf(arm, measure));
  if (!mean) return "–";
  const value = `${withSd(mean, measure.unit)} ${measure.unit}`.trim();
  return worseThanGuessing(measure, mean.mean) ? `${value}, worse than guessing` : value;
};

function finding(key: KeyMeasure, all: readonly Found[], { arms, baseline }: ReportedStudy): Html {
  const { measure, words } = key;
  const lead = html`<b>${capital(words)}.</b>`;
  const found = all.filter((one) => one.key === key);
  if (found.length === 0) {
    const having = arms.filter((arm) => valuesOf(arm, measure).length > 0);
    return html`<li>${lead} ${unbroken(capital(having.map((arm) => `${arm.name}: ${valueText(arm, measure)}`).join("; ")))}.</li>`;
  }
  const sentences = found.map((one) => {
    const { arm, contrast } = one;
    const said = `${valueText(arm, measure)}, a difference of ${differenceText(contrast)}`;
    if (decided(one)) return `${arm.name} is ${contrast.standing}: ${said}`;
    if (contrast.standing === "undecided") return `${arm.name} is not distinguishable from it: ${said}`;
    return `${arm.name}: ${said}, without an interval`;
  });
  return html`<li>${lead} ${unbroken(`${capital(baseline.name)} ${valueText(baseline, measure)}; ${sentences.join("; ")}.`)}</li>`;
}

function caveat(study: ReportedStudy, single: boolean): string {
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
  return `Mean ± standard deviation over ${listing(seeds.map((n) => counted(n, "seed")))} an arm; differences with their 95 % interval over seeds (Student's, paired where the seeds are the same, else Welch's), and “not distinguishable” where it holds zero. With so few seeds only large effects can show, and one in twenty such intervals misses by chance.${sampling}`;
}
