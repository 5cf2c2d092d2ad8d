import type { JudgedTask } from "../run/index.ts";
import { classificationReport } from "./classification-report.ts";
import { detectionReport } from "./detection/page.ts";
import type { ReportOptions } from "./page.ts";
import { regressionReport } from "./regression/page.ts";

/** How the runs of each task are reported: into one page, from what lies in their folders. */
export const taskReports: {
  [Name in JudgedTask]: (runs: readonly string[], out: string, options: ReportOptions) => Promise<void>;
} = { classification: classificationReport, regression: regressionReport, detection: detectionReport };
