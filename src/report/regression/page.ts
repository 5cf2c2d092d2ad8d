import { UserError } from "../../core/index.ts";
import { writeFileAtomic } from "../../files/internal.ts";
import { folded, type Section } from "../sections/folded.ts";
import { notices } from "../sections/notices.ts";
import { pageShell } from "../shell.ts";
import { mixedRegressionData } from "./mixed-data.ts";
import { regressionComparison } from "./sections/comparison.ts";
import { calibrationCurves, sparsificationCurves } from "./sections/curves.ts";
import { regressionDifferences, regressionForest } from "./sections/differences.ts";
import { errors } from "./sections/errors.ts";
import { regressionHeadline } from "./sections/headline.ts";
import { scatters } from "./sections/scatters.ts";
import { conformalTables, regimeTables } from "./sections/tables.ts";
import { regressionFacts, regressionWhatWasRun } from "./sections/what-was-run.ts";
import { type RegressionStudy, readReportedRegression, regressionStudy } from "./study.ts";

export interface RegressionReportOptions {
  /** In place of the finding as the page's title. */
  readonly title?: string;
}

/** What is folded below the contents, in order: a new section is its function and a line here. */
const sections: readonly Section<RegressionStudy, RegressionReportOptions>[] = [
  { id: "comparison", title: "Comparison of all measures", body: regressionComparison },
  { id: "paired", title: "Differences, with intervals", body: regressionDifferences },
  { id: "scatter", title: "Predicted against true values", body: scatters },
  { id: "sparsification", title: "Does its uncertainty point at its errors?", body: sparsificationCurves },
  { id: "calibration", title: "Do its intervals hold what they promise?", body: calibrationCurves },
  { id: "conformal", title: "Conformal intervals", body: conformalTables },
  { id: "regimes", title: "Risk regimes (PAGER)", body: regimeTables },
  { id: "run", title: "What was run", body: regressionWhatWasRun },
];

/** The whole page. */
export async function renderRegressionPage(
  study: RegressionStudy,
  options: RegressionReportOptions = {},
): Promise<string> {
  const { title, verdict } = regressionHeadline(study);
  return pageShell({
    title: options.title ?? title,
    verdict,
    facts: regressionFacts(study),
    main: [
      notices(study, mixedRegressionData(study)),
      await errors(study),
      await regressionForest(study),
      await folded(sections, study, options),
    ],
  });
}

/**
 * Compares judged regressions in one self-contained HTML file. Runs that differ only in their seed are one arm.
 * @throws UserError where a folder lacks its results, or a file is damaged.
 * @example await regressionReport(["runs/plain", "runs/anchored", "runs/ensemble"], "report.html");
 */
export async function regressionReport(
  runs: readonly string[],
  out: string,
  options: RegressionReportOptions = {},
): Promise<void> {
  if (runs.length === 0) throw new UserError("report: no run given; name at least one run folder");
  writeFileAtomic(out, await renderRegressionPage(regressionStudy(runs.map(readReportedRegression)), options));
}
