import { UserError } from "../core/index.ts";
import { writeFileAtomic } from "../files/internal.ts";
import { distinctNames } from "../run/index.ts";
import { resultsTask } from "../run/internal.ts";
import { type ReportOptions, renderPage } from "./page.ts";
import { regressionReport } from "./regression/page.ts";
import { type ReportedRun, readReportedRun, study } from "./study.ts";

/**
 * Compares evaluated runs of one task in one self-contained HTML file. Runs that differ only in their seed are one arm.
 * @throws UserError where a folder lacks its results, a file is damaged, or the runs are of different tasks.
 */
export async function report(runs: readonly string[], out: string, options: ReportOptions = {}): Promise<void> {
  if (runs.length === 0) throw new UserError("report: no run given; name at least one run folder");
  const [first, ...others] = runs.map((run) => ({ run, task: resultsTask(run) }));
  const other = others.find(({ task }) => task !== first.task);
  if (other)
    throw new UserError(
      `report: ${first.run} is a ${first.task}, ${other.run} a ${other.task}; a report is of one task, so make one of each`,
    );
  if (first.task === "regression") return regressionReport(runs, out, options);
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
