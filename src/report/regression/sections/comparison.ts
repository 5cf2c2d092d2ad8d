import { type Cells, copyable } from "../../copyable.ts";
import { meanOf } from "../../format.ts";
import { type Html, html } from "../../html.ts";
import {
  bestOf,
  betterOf,
  intervalOf,
  measuresOf,
  metricOf,
  type RegressionMeasure,
  regressionValues,
} from "../measures.ts";
import { shown, shownMean, shownMeanOrDash } from "../numbers.ts";
import { type RegressionArm, type RegressionStudy, setTitle } from "../study.ts";

const arrows = { higher: "↑", lower: "↓" };

/** What to look for in a row. */
const wanted = (measure: RegressionMeasure): string => {
  const better = betterOf(measure);
  return better ? arrows[better] : metricOf(measure).better === "level" ? "→ 90" : "";
};

/** Every measure of every arm: measures down, arms across, so that it fits a phone. */
export function regressionComparison(study: RegressionStudy): Html {
  const { arms } = study;
  const measures = measuresOf(study);
  const titleOf = ({ set, target }: RegressionMeasure) => setTitle(set, target, study);
  const groups = [...new Set(measures.map(titleOf))];
  const seeds = Math.max(...arms.map(({ runs }) => runs.length));
  return html`<section>
<div class="scroll" role="region" aria-label="Comparison table" tabindex="0"><table class="numbers">
<colgroup><col>${arms.map(() => html`<col style="width:${(70 / arms.length).toFixed(1)}%">`)}</colgroup>
<thead><tr><th scope="col">Measure</th>${arms.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead>
${groups.map(
  (
    group,
  ) => html`<tbody><tr class="group"><th scope="rowgroup" colspan="${arms.length + 1}"><span>${group}</span></th></tr>
${measures.filter((measure) => titleOf(measure) === group).map((measure) => row(measure, arms))}</tbody>`,
)}
</table></div>${copyable(cellsOf(arms, measures, titleOf))}
<p class="note">↑ higher is better, ↓ lower is better, → 90 should be 90 %; of widths the narrower is better at equal coverage only.${
    arms.length > 1 &&
    html` <span class="best"><i>★</i> best of a row, where the 95 % intervals of its differences from all others leave out zero</span>; <span class="tied"><i>≈</i></span> not distinguishable from the best; neither: no interval can be had.`
  }${seeds > 1 ? " Numbers are mean ± standard deviation over seeds." : " Below a number its 95 % interval over the choice of the examples (bootstrap); what another seed would change comes on top."} RMSE, MAE, widths and AUSE are in the target's own unit.</p>
<details><summary>What the measures say</summary><dl>${[...new Set(measures.map(({ metric }) => metric))].map(
    (metric) => {
      const { title, meaning } = metricOf({ metric } as RegressionMeasure);
      return html`<dt>${title}</dt><dd>${meaning}</dd>`;
    },
  )}</dl></details></section>`;
}

function row(measure: RegressionMeasure, arms: readonly RegressionArm[]): Html {
  const { title, unit } = metricOf(measure);
  const standing = bestOf(arms, measure);
  return html`<tr><th scope="row">${title}${unit === "%" && html` <small>%</small>`} <small>${wanted(measure)}</small></th>${arms.map(
    (arm) => {
      const mean = meanOf(regressionValues(arm, measure));
      if (!mean) return html`<td><span class="none">–</span></td>`;
      const best = standing?.best === arm;
      const tied = standing?.tied.includes(arm);
      const [value, sd] = shownMean(mean, unit).split(" ± ");
      return html`<td class="${best ? "best" : tied ? "tied" : ""}"><span>${value}</span>${
        sd && html`<small> ± ${sd}</small>`
      }<i>${best ? "★" : tied ? "≈" : ""}</i>${interval(measure, arm)}</td>`;
    },
  )}</tr>`;
}

/** Of a single run, what another draw of examples would change; several seeds show their own spread. */
function interval(measure: RegressionMeasure, { runs }: RegressionArm): Html | undefined {
  const ends = runs.length === 1 ? intervalOf(runs[0], measure) : undefined;
  if (!ends) return undefined;
  const [low, high] = ends.map((end) => shown(end, metricOf(measure).unit));
  return html`<small class="interval">${low} – ${high}</small>`;
}

const cellsOf = (
  arms: readonly RegressionArm[],
  measures: readonly RegressionMeasure[],
  titleOf: (measure: RegressionMeasure) => string,
): Cells => [
  ["Measure", ...arms.map(({ name }) => name)],
  ...measures.map((measure) => {
    const { title, unit } = metricOf(measure);
    return [
      `${titleOf(measure)}: ${title}${unit === "%" ? ", %" : ""}`,
      ...arms.map((arm) => shownMeanOrDash(meanOf(regressionValues(arm, measure)), unit)),
    ];
  }),
];
