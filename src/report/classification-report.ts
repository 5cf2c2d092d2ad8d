import { writeFileAtomic } from "../files/internal.ts";
import { distinctNames } from "../run/index.ts";
import { type ReportOptions, renderPage } from "./page.ts";
import { type ReportedRun, readReportedRun, study } from "./study.ts";

/** As `report`, of classifications. */
export async function classificationReport(runs: readonly string[], out: string, options: ReportOptions) {
  writeFileAtomic(out, await renderPage(study(named(runs)), options));
}

/** Runs of equal folder names are told apart by their paths. */
function named(runs: readonly string[]): ReportedRun[] {
  const names = distinctNames(runs);
  const reported = runs.map(readReportedRun);
  return reported.map((run, i) => {
    const alike = reported.some((other, j) => names[j] !== names[i] && other.results.run === run.results.run);
    return alike ? { ...run, results: { ...run.results, run: names[i] } } : run;
  });
}
