import { type Cells, copyable } from "../copyable.ts";
import { type CurveName, curves, FEWEST_IMAGES, learningCurve, reliability } from "../figures/index.ts";
import { meanOf, withSd } from "../format.ts";
import { type Html, html } from "../html.ts";
import { setMeasure, valuesOf } from "../measures.ts";
import type { ReportedArm, ReportedStudy } from "../study.ts";
import { armLegend, key } from "./legend.ts";

export async function learningCurves({ arms }: ReportedStudy): Promise<Html | undefined> {
  const drawn: Html[] = [];
  for (const curve of Object.keys(curves) as CurveName[]) {
    const svg = await learningCurve(arms, curve, `curve-${curve}`);
    if (svg) drawn.push(svg);
  }
  if (drawn.length === 0) return undefined;
  return html`<figure>${armLegend(arms)}<div class="grid wide">${drawn}</div>
<figcaption>A line is one run. First the loss on the images it learns from, as augmented: it falls while the model still learns. Then accuracy on validation images that are held out of training. Losses compare only between arms that minimise the same thing.</figcaption></figure>`;
}

/** A small drawing under the name of its arm, with a line of numbers. */
export const panel = (arm: ReportedArm, numbers: string, svg: Html): Html =>
  html`<div class="panel"><h3>${arm.name}</h3><p>${numbers}</p>${svg}</div>`;

export const number = (arm: ReportedArm, measure: ReturnType<typeof setMeasure>): string => {
  const mean = meanOf(valuesOf(arm, measure));
  return mean ? `${withSd(mean, "%")} %` : "–";
};

export async function reliabilityDiagrams({ arms, sets }: ReportedStudy): Promise<Html> {
  const panels: Html[] = [];
  for (const [i, arm] of arms.entries()) {
    const numbers = sets.map(({ set, role }) => `${role} ${number(arm, setMeasure(set, role, "ece15"))}`);
    panels.push(panel(arm, `ECE: ${numbers.join(", ")}`, await reliability(arm, `reliability${i}`)));
  }
  const shifted = sets.some(({ role }) => role === "shift");
  return html`<figure>${key([
    {
      name: "test",
      swatch: `<line x2="28" y1="6" y2="6" stroke="currentColor" stroke-width="2"/><circle cx="14" cy="6" r="4" fill="currentColor"/>`,
    },
    ...(shifted
      ? [
          {
            name: "shift",
            swatch: `<line x2="28" y1="6" y2="6" stroke="currentColor" stroke-width="2" stroke-dasharray="5 4"/><rect x="10" y="2" width="8" height="8" fill="var(--card)" stroke="currentColor" stroke-width="1.6"/>`,
          },
        ]
      : []),
  ])}<div class="grid">${panels}</div>
<figcaption>Does a confidence of 80 % mean right 80 % of the time? On the diagonal it does; below it the model is too sure of itself, above it too modest. Lines are smoothed as the smoothed ECE is, with a 95 % band for the test set (of several seeds, the first); marks are bins, larger ones hold more images, those with fewer than ${FEWEST_IMAGES} are left out.</figcaption>${copyable(binCells(arms))}</figure>`;
}

const binCells = (arms: readonly ReportedArm[]): Cells => [
  ["arm", "run", "set", "from, %", "to, %", "images", "mean confidence, %", "accuracy, %"],
  ...arms.flatMap(({ name, runs }) =>
    runs.flatMap(({ results }) =>
      results.sets.flatMap(({ set, reliability }) =>
        reliability.map(({ lower, upper, count, meanConfidence, accuracy }) => [
          name,
          results.run,
          set,
          ...[lower, upper].map((end) => (100 * end).toFixed(1)),
          String(count),
          ...[meanConfidence, accuracy].map((value) => (count ? (100 * value).toFixed(2) : "–")),
        ]),
      ),
    ),
  ),
];
