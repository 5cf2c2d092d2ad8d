import { UserError, writeFileAtomic } from "../core/index.ts";
import { type ReportOptions, renderPage } from "./page.ts";
import { readReportedRun, study } from "./study.ts";

/**
 * Compares evaluated runs in one self-contained HTML file. Runs that differ only in their seed are one arm.
 * @throws UserError where a folder lacks its results, or a file is damaged.
 */
export async function report(runs: readonly string[], out: string, options: ReportOptions = {}): Promise<void> {
  if (runs.length === 0) throw new UserError("report: no run given; name at least one run folder");
  writeFileAtomic(out, await renderPage(study(runs.map(readReportedRun)), options));
}
