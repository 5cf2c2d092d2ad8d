import type { Html } from "./html.ts";
import { mixedData } from "./mixed-data.ts";
import { afterTraining } from "./sections/after-training.ts";
import { whatTheArmsAre } from "./sections/arms.ts";
import { calledForeign } from "./sections/called-foreign.ts";
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
import { interpolation } from "./sections/interpolation.ts";
import { mistakes } from "./sections/mistakes.ts";
import { notices } from "./sections/notices.ts";
import { pictures } from "./sections/pictures.ts";
import { predictionBatches } from "./sections/prediction-batches.ts";
import { riskCoverage } from "./sections/risk-coverage.ts";
import { referenceSensitivity } from "./sections/sensitivity.ts";
import { severity } from "./sections/severity.ts";
import { facts, whatWasRun } from "./sections/what-was-run.ts";
import { pageShell } from "./shell.ts";
import type { ReportedStudy } from "./study.ts";

export interface ReportOptions {
  /** In place of the finding as the page's title. */
  readonly title?: string;
  /** The command that made it all, where one did; else those of the runs are shown. */
  readonly command?: string;
  /** Address of a page on which these models run, from the report. */
  readonly demo?: string;
}

/** What is folded below the contents, in order: a new section is its file and a line here. */
const sections: readonly Section<ReportedStudy, ReportOptions>[] = [
  { id: "findings", title: "What came out, in sentences", body: (study) => headline(study).findings },
  { id: "glance", title: "At a glance: main measures, arm by arm", body: glance },
  { id: "comparison", title: "Comparison of all measures", body: comparison },
  { id: "paired", title: "Differences, with intervals", body: differences },
  { id: "mistakes", title: "Which classes are mistaken for which", body: mistakes },
  { id: "interpolation", title: "Between two networks: known images against shifted ones", body: interpolation },
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

/**
 * One self-contained HTML page of the runs of a study.
 * @example
 * const html = await renderPage(study([readReportedRun(run), readReportedRun(otherRun)]));
 */
export async function renderPage(study: ReportedStudy, options: ReportOptions = {}): Promise<string> {
  const { title, verdict } = headline(study);
  const shown = options.title ?? title;
  const top: (Html | undefined)[] = [
    notices(study, mixedData(study)),
    (await severity(study)) ?? whatTheArmsAre(study),
    await forest(study),
    await calledForeign(study),
    await foreign(study),
  ];
  return pageShell({
    title: shown,
    verdict,
    facts: facts(study),
    demo: options.demo,
    main: [...top, await folded(sections, study, options)],
  });
}
