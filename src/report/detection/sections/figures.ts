import {
  type CocoFigureName,
  cocoFigureNames,
  cocoFigureTitles,
  type DetectionResults,
} from "../../../evaluate/index.ts";
import { dataTable } from "../../copyable.ts";
import { meanOf } from "../../format.ts";
import { type Html, html } from "../../html.ts";
import { boxMeasureRows, shownShare } from "../measures.ts";
import type { DetectionArm, DetectionStudy } from "../study.ts";

const pick = (arm: DetectionArm, of: (results: DetectionResults) => number | undefined): string => {
  const mean = meanOf(arm.runs.map(({ results }) => of(results)));
  if (!mean) return "–";
  return mean.sd === undefined ? shownShare(mean.mean) : `${shownShare(mean.mean)} ± ${shownShare(mean.sd)}`;
};

/** With its interval over the images, where one run has one. */
function figure(arm: DetectionArm, name: CocoFigureName): string {
  const text = pick(arm, ({ figures }) => figures[name]);
  const ends = arm.runs.length === 1 ? arm.runs[0].results.intervals?.[name] : undefined;
  return ends ? `${text} [${ends.map((end) => shownShare(end)).join(", ")}]` : text;
}

/** COCO's twelve, a column an arm. */
export function cocoTable({ arms }: DetectionStudy): Html {
  const rows = cocoFigureNames.map((name) => [cocoFigureTitles[name], ...arms.map((arm) => figure(arm, name))]);
  return html`<section><h2>COCO's twelve figures</h2>${dataTable([["figure", ...arms.map(({ name }) => name)], ...rows], "COCO's twelve figures")}
<p class="note">From 0 to 1, higher is better, as pycocotools computes them: means over the classes that have objects. In brackets the 95 % interval over the choice of the images; ± is the standard deviation over runs. A dash: no object of that size.</p></section>`;
}

/** What else was measured. */
export function otherMeasures({ arms }: DetectionStudy): Html | undefined {
  const titles = [...new Set(arms.flatMap((arm) => boxMeasureRows(arm.runs[0].results).map(({ title }) => title)))];
  if (titles.length === 0) return undefined;
  const rows = titles.map((title) => [
    title,
    ...arms.map((arm) => pick(arm, (results) => boxMeasureRows(results).find((row) => row.title === title)?.value)),
  ]);
  return html`<figure>${dataTable([["measure", ...arms.map(({ name }) => name)], ...rows], "Other measures of boxes")}
<figcaption>oLRP is the least error over all score thresholds, of missed objects, wrong detections and boxes that are off; D-ECE compares scores with the share of right detections, LaECE with precision × IoU. AUROC: how often a wrong box is doubted more than a right one; 0.5 is guessing.</figcaption></figure>`;
}
