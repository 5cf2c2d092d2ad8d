import { bestOf } from "../best-of.ts";
import { type Cells, copyable } from "../copyable.ts";
import { meanOf, withSd, withSdOrDash } from "../format.ts";
import { type Html, html } from "../html.ts";
import { type Measure, measuresOf, valuesOf } from "../measures.ts";
import type { ReportedArm, ReportedStudy } from "../study.ts";

/** Every measure of every arm: measures down, arms across, so that it fits a phone. */
export function comparison(study: ReportedStudy): Html {
  const measures = measuresOf(study);
  const groups = [...new Set(measures.map(({ group }) => group))];
  const seeds = Math.max(...study.arms.map(({ runs }) => runs.length));
  const several = study.arms.length > 1;
  return html`<section>
<div class="scroll" role="region" aria-label="Comparison table" tabindex="0"><table class="numbers">
<colgroup><col>${study.arms.map(() => html`<col style="width:${(70 / study.arms.length).toFixed(1)}%">`)}</colgroup>
<thead><tr><th scope="col">Measure</th>${study.arms.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead>
${groups.map(
  (
    group,
  ) => html`<tbody><tr class="group"><th scope="rowgroup" colspan="${study.arms.length + 1}"><span>${group}</span></th></tr>
${measures.filter((measure) => measure.group === group).map((measure) => row(measure, study))}</tbody>`,
)}
</table></div>${copyable(cellsOf(study, measures))}
<p class="note">↑ higher is better, ↓ lower is better.${
    several &&
    html` <span class="best"><i>★</i> best of a row, where that is decided</span>; <span class="tied"><i>≈</i></span> not distinguishable (${
      seeds > 1
        ? "the 95 % interval of the difference over seeds holds zero"
        : "95 % interval of the difference over the images holds zero; for measures without one, their own intervals overlap"
    }).`
  }${seeds > 1 ? " Numbers are mean ± standard deviation over seeds." : " One seed an arm: small differences mean little. Below a number its 95 % interval over the choice of the test images (bootstrap); what another seed would change comes on top."} All are computed from stored logits of the whole set.</p>
<details><summary>What the measures say</summary><dl>${uniqueByTitle(measures).map(
    ({ title, meaning }) => html`<dt>${title}</dt><dd>${meaning}</dd>`,
  )}</dl></details></section>`;
}

const arrows = { higher: "↑", lower: "↓", neither: "" };

function row(measure: Measure, { arms }: ReportedStudy): Html {
  const standing = bestOf(arms, measure);
  const unit = measure.unit && html` <small>${measure.unit}</small>`;
  return html`<tr><th scope="row">${measure.title}${unit || undefined} <small>${arrows[measure.better ?? "neither"]}</small></th>${arms.map(
    (arm) => {
      const mean = meanOf(valuesOf(arm, measure));
      if (!mean) return html`<td><span class="none">–</span></td>`;
      const best = standing?.best === arm;
      const tied = standing?.tied.includes(arm);
      const [value, sd] = withSd(mean, measure.unit).split(" ± ");
      return html`<td class="${best ? "best" : tied ? "tied" : ""}"><span>${value}</span>${
        sd && html`<small> ± ${sd}</small>`
      }<i>${best ? "★" : tied ? "≈" : ""}</i>${interval(measure, arm)}</td>`;
    },
  )}</tr>`;
}

/** Of a single seed, what another draw of test images would change; several seeds show their own spread. */
function interval({ intervalOf, unit }: Measure, { runs }: ReportedArm): Html | undefined {
  const ends = runs.length === 1 ? intervalOf?.(runs[0].results) : undefined;
  if (!ends) return undefined;
  const [low, high] = ends.map((mean) => withSd({ mean, sd: undefined, values: [mean] }, unit));
  return html`<small class="interval">${low} – ${high}</small>`;
}

/** The same numbers as text, the unit in the name of the row. */
const cellsOf = ({ arms }: ReportedStudy, measures: readonly Measure[]): Cells => [
  ["Measure", ...arms.map(({ name }) => name)],
  ...measures.map((measure) => [
    `${measure.group}: ${measure.title}${measure.unit && `, ${measure.unit}`}`,
    ...arms.map((arm) => withSdOrDash(meanOf(valuesOf(arm, measure)), measure.unit)),
  ]),
];

const uniqueByTitle = (measures: readonly Measure[]): Measure[] => [
  ...new Map(measures.map((measure) => [measure.title, measure])).values(),
];
