import { oodScoreNames, oodScores } from "../../evaluate/index.ts";
import {
  type CurveName,
  curves,
  FEWEST_IMAGES,
  learningCurve,
  reliability,
  scoreHistograms,
} from "../figures/index.ts";
import { meanOf, withSd } from "../format.ts";
import { type Html, html } from "../html.ts";
import { oodMeasure, oodSets, setMeasure, valuesOf } from "../measures.ts";
import type { ReportedArm, Study } from "../study.ts";
import { armLegend, key } from "./legend.ts";

export async function learningCurves({ arms }: Study): Promise<Html | undefined> {
  const drawn: Html[] = [];
  for (const curve of Object.keys(curves) as CurveName[]) {
    const svg = await learningCurve(arms, curve, `curve-${curve}`);
    if (svg) drawn.push(svg);
  }
  if (drawn.length === 0) return undefined;
  return html`<figure><h2>Learning curves</h2>${armLegend(arms)}<div class="grid wide">${drawn}</div>
<figcaption>A line is one run. First the loss on the images it learns from, as augmented: it falls while the model still learns. Then accuracy on validation images that are held out of training. Losses compare only between arms that minimise the same thing.</figcaption></figure>`;
}

/** A small drawing under the name of its arm, with a line of numbers. */
const panel = (arm: ReportedArm, numbers: string, svg: Html): Html =>
  html`<div class="panel"><h3>${arm.name}</h3><p>${numbers}</p>${svg}</div>`;

const number = (arm: ReportedArm, measure: ReturnType<typeof setMeasure>): string => {
  const mean = meanOf(valuesOf(arm, measure));
  return mean ? `${withSd(mean, "%")} %` : "–";
};

export async function reliabilityDiagrams({ arms, sets }: Study): Promise<Html> {
  const panels: Html[] = [];
  for (const [i, arm] of arms.entries()) {
    const numbers = sets.map(({ set, role }) => `${role} ${number(arm, setMeasure(set, role, "ece15"))}`);
    panels.push(panel(arm, `ECE: ${numbers.join(", ")}`, await reliability(arm, `reliability${i}`)));
  }
  const shifted = sets.some(({ role }) => role === "shift");
  return html`<figure><h2>Reliability</h2>${key([
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
<figcaption>Does a confidence of 80 % mean right 80 % of the time? On the diagonal it does; below it the model is too sure of itself, above it too modest. Larger marks hold more images; bins with fewer than ${FEWEST_IMAGES} are left out.</figcaption></figure>`;
}

export async function knownAndForeign(study: Study): Promise<Html | undefined> {
  const blocks: Html[] = [];
  for (const [s, set] of oodSets(study).entries())
    for (const score of oodScoreNames) {
      const drawn = await scoreHistograms(study.arms, set, score, `ood${s}-${score}`);
      const panels = drawn.map(({ arm, svg }) => panel(arm, `AUROC ${number(arm, oodMeasure(set, score))}`, svg));
      if (panels.length)
        blocks.push(
          html`<h3>${oodScores[score].title}: known images against ${set}</h3><div class="grid">${panels}</div>`,
        );
    }
  if (blocks.length === 0) return undefined;
  return html`<figure><h2>Known and foreign images</h2>${key([
    { name: "known (the test set)", swatch: `<rect width="28" height="12" fill="currentColor" fill-opacity=".4"/>` },
    {
      name: "foreign",
      swatch: `<path d="M1 12V2H27V12" fill="none" stroke="currentColor" stroke-width="1.6" stroke-dasharray="4 2"/>`,
    },
  ])}${blocks}
<figcaption>A model that knows what it does not know is unsure of images unlike any it was trained for. The less the two shapes overlap, the better the score tells them apart; AUROC is the chance that a random foreign image looks stranger than a random known one (50 %: blind guess).</figcaption></figure>`;
}
