import { type Html, html, raw } from "./html.ts";
import { afterTraining } from "./sections/after-training.ts";
import { learningCurves, reliabilityDiagrams } from "./sections/charts.ts";
import { comparison } from "./sections/comparison.ts";
import { underCorruption } from "./sections/corruptions.ts";
import { knownAndForeign } from "./sections/detection.ts";
import { differences } from "./sections/differences.ts";
import { glance } from "./sections/glance.ts";
import { headline } from "./sections/headline.ts";
import { pictures } from "./sections/pictures.ts";
import { predictionBatches } from "./sections/prediction-batches.ts";
import { riskCoverage } from "./sections/risk-coverage.ts";
import { referenceSensitivity } from "./sections/sensitivity.ts";
import { facts, whatWasRun } from "./sections/what-was-run.ts";
import type { Study } from "./study.ts";
import { style } from "./style.ts";

export interface ReportOptions {
  /** In place of the finding as the page's title. */
  readonly title?: string;
  /** The command that made it all, where one did; else those of the runs are shown. */
  readonly command?: string;
  /** Address of a page on which these models run, from the report. */
  readonly demo?: string;
}

/** The whole page: no script, nothing fetched, which its own content policy enforces. */
export async function renderPage(study: Study, options: ReportOptions = {}): Promise<string> {
  const { title, findings } = headline(study);
  const shown = options.title ?? title;
  const sections: (Html | undefined)[] = [
    html`<section><h2>What came out</h2>${findings}</section>`,
    await glance(study),
    comparison(study),
    differences(study),
    await learningCurves(study),
    await reliabilityDiagrams(study),
    await riskCoverage(study),
    afterTraining(study),
    await underCorruption(study),
    await knownAndForeign(study),
    await referenceSensitivity(study),
    predictionBatches(study),
    pictures(study),
    whatWasRun(study, options.command),
  ];
  return html`${raw("<!doctype html>")}
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${shown}</title><style>${raw(style)}</style></head>
<body><header><p class="brand">Anchored · report</p><h1>${shown}</h1><p class="facts">${facts(study)}</p>
${options.demo && html`<p><a href="${options.demo}">Try these models in the browser</a>: damage a picture, watch their doubt.</p>`}</header>
<main>${sections}</main>
<footer>Written by anchored-vision from the run folders alone: everything here is computed from their stored predictions and logs.</footer></body></html>
`.markup;
}
