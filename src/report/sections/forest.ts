import { type Contrast, contrast, type Standing, standingWords } from "../contrast.ts";
import { type IntervalRow, intervals } from "../figures/index.ts";
import { points } from "../format.ts";
import { type Html, html } from "../html.ts";
import { type KeyMeasure, keyMeasures } from "../key-measures.ts";
import type { Measure } from "../measures.ts";
import { otherArms } from "../paired.ts";
import type { ReportedStudy } from "../study.ts";

/** Ink, mark and word of each standing: no one of them has to be told by colour. */
export const looks: Record<Standing | "unknown", { color: string; hollow: boolean; words: string }> = {
  better: { color: "var(--better)", hollow: false, words: standingWords.better },
  worse: { color: "var(--worse)", hollow: false, words: standingWords.worse },
  undecided: { color: "var(--muted)", hollow: true, words: standingWords.undecided },
  unknown: { color: "var(--muted)", hollow: true, words: "(no interval from one seed)" },
};

/** A row of the forest, in points. */
export function forestRow(name: string, found: Contrast): IntervalRow {
  const { difference, interval, standing = "unknown" } = found;
  const { color, hollow, words } = looks[standing];
  const ends = interval ? ` [${points(interval[0])}, ${points(interval[1])}]` : "";
  return {
    name,
    detail: `${points(difference)}${ends} ${words}`,
    color,
    hollow,
    value: 100 * difference,
    ...(interval && { low: 100 * interval[0], high: 100 * interval[1] }),
  };
}

/** Every measure of the page's top as a difference from the baseline; `undefined` for a single arm. */
export async function forest(study: ReportedStudy): Promise<Html | undefined> {
  const others = otherArms(study);
  const keys = keyMeasures(study);
  const shown: Contrast[] = [];
  const panels: Html[] = [];
  // With one arm a panel holds what has one unit; with more, the arms of one measure, so that names stay short.
  const heading = ({ kind, where }: KeyMeasure) => (others.length > 1 ? `${kind}, ${where}` : kind);
  for (const [place, title] of [...new Set(keys.map(heading))].entries()) {
    const together = keys.filter((key) => heading(key) === title);
    const rows = together.flatMap(({ measure, where }) =>
      others.flatMap((arm) => {
        const found = contrast(arm, study.baseline, measure);
        if (!found) return [];
        shown.push(found);
        return [forestRow(others.length > 1 ? arm.name : where, found)];
      }),
    );
    if (rows.length === 0) continue;
    const axis = `points, further ${side(together[0].measure)} is better`;
    panels.push(
      html`<div class="panel"><h3>${title}</h3>${await intervals(rows, `${title}, minus ${study.baseline.name}`, axis, `forest${place}`)}</div>`,
    );
  }
  if (panels.length === 0) return undefined;
  const compared = others.length === 1 ? others[0].name : "each other arm";
  return html`<figure id="differences"><h2>What ${compared} changes, against ${study.baseline.name}</h2>
<div class="grid">${panels}</div>
<figcaption>Differences in points, each with its 95 % interval${overText(shown)}. A solid mark in blue is better, in orange worse; a hollow one is not distinguishable: its interval holds zero, the dashed line.${
    shown.some(({ interval }) => !interval)
      ? " Where no interval is drawn, one seed an arm allows none: the measure is no mean over images."
      : ""
  } Of twenty such intervals one misses by chance. The axes differ.</figcaption></figure>`;
}

const side = ({ better }: Measure): string => (better === "lower" ? "left" : "right");

function overText(shown: readonly Contrast[]): string {
  const over = new Set(shown.flatMap(({ over }) => over ?? []));
  if (over.size > 1) return ", over seeds where there are several, else over the choice of the test images";
  if (over.has("seeds")) return " over seeds of training, paired where the seeds are the same";
  if (over.has("images"))
    return " over the choice of the test images, which both arms saw; what another seed of training would change comes on top";
  return "";
}
