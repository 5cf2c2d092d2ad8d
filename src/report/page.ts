import { type Html, html, raw } from "./html.ts";
import { afterTraining } from "./sections/after-training.ts";
import { whatTheArmsAre } from "./sections/arms.ts";
import { learningCurves, reliabilityDiagrams } from "./sections/charts.ts";
import { comparison } from "./sections/comparison.ts";
import { underCorruption } from "./sections/corruptions.ts";
import { knownAndForeign } from "./sections/detection.ts";
import { differences } from "./sections/differences.ts";
import { doubtUnderCorruption } from "./sections/doubt-under-corruption.ts";
import { folded, type Section } from "./sections/folded.ts";
import { foreign } from "./sections/foreign.ts";
import { forest } from "./sections/forest.ts";
import { glance } from "./sections/glance.ts";
import { headline } from "./sections/headline.ts";
import { mistakes } from "./sections/mistakes.ts";
import { notices } from "./sections/notices.ts";
import { pictures } from "./sections/pictures.ts";
import { predictionBatches } from "./sections/prediction-batches.ts";
import { riskCoverage } from "./sections/risk-coverage.ts";
import { referenceSensitivity } from "./sections/sensitivity.ts";
import { severity } from "./sections/severity.ts";
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

/** What is folded below the contents, in order: a new section is its file and a line here. */
const sections: readonly Section[] = [
  { id: "findings", title: "What came out, in sentences", body: (study) => headline(study).findings },
  { id: "glance", title: "At a glance: main measures, arm by arm", body: glance },
  { id: "comparison", title: "Comparison of all measures", body: comparison },
  { id: "paired", title: "Differences, with intervals", body: differences },
  { id: "mistakes", title: "Which classes are mistaken for which", body: mistakes },
  { id: "corruption", title: "Under corruption", body: underCorruption },
  { id: "doubt", title: "Is it as unsure as it should be under corruption?", body: doubtUnderCorruption },
  { id: "detection", title: "Known and foreign images", body: knownAndForeign },
  { id: "reliability", title: "Reliability", body: reliabilityDiagrams },
  { id: "risk", title: "Answering only when sure", body: riskCoverage },
  { id: "after", title: "After training", body: afterTraining },
  { id: "references", title: "How much the references matter", body: referenceSensitivity },
  { id: "output", title: "What the anchor of the output does", body: predictionBatches },
  { id: "learning", title: "Learning curves", body: learningCurves },
  { id: "pictures", title: "Images it is sure of, and images it is not", body: pictures },
  { id: "run", title: "What was run", body: (study, { command }) => whatWasRun(study, command) },
];

/** The whole page: no script, nothing fetched, which its own content policy enforces. */
export async function renderPage(study: Study, options: ReportOptions = {}): Promise<string> {
  const { title, verdict } = headline(study);
  const shown = options.title ?? title;
  const top: (Html | undefined)[] = [
    notices(study),
    (await severity(study)) ?? whatTheArmsAre(study),
    await forest(study),
    await foreign(study),
  ];
  return html`${raw("<!doctype html>")}
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${shown}</title><style>${raw(style)}</style></head>
<body><header><p class="brand">Anchored · report</p><h1>${shown}</h1>${verdict}<p class="facts">${facts(study)}</p>
${options.demo && html`<p><a href="${options.demo}">Try these models in the browser</a>: damage a picture, watch their doubt.</p>`}</header>
<main>${top}${await folded(sections, study, options)}</main>
<footer>Written by anchored-vision from the run folders alone: everything here is computed from their stored predictions and logs.</footer></body></html>
`.markup;
}
