import { UserError } from "../core/index.ts";
import { resultsTask } from "../run/internal.ts";
import type { ReportOptions } from "./page.ts";
import { taskReports } from "./tasks.ts";

/**
 * Compares evaluated runs of one task in one self-contained HTML file. Runs that differ only in their seed are one arm.
 * @throws UserError where a folder lacks its results, a file is damaged, or the runs are of different tasks.
 * @example
 * await report([run, otherRun], "report.html");
 */
export async function report(runs: readonly string[], out: string, options: ReportOptions = {}): Promise<void> {
  if (runs.length === 0) throw new UserError("report: no run given; name at least one run folder");
  const [first, ...others] = runs.map((run) => ({ run, task: resultsTask(run) }));
  const other = others.find(({ task }) => task !== first.task);
  if (other)
    throw new UserError(
      `report: ${first.run} is a ${first.task}, ${other.run} a ${other.task}; a report is of one task, so make one of each`,
    );
  return taskReports[first.task](runs, out, options);
}
