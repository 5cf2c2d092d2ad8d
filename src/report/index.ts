export { type Measure, measuresOf, setMeasure, valuesOf } from "./measures.ts";
export { type ReportOptions, renderPage } from "./page.ts";
export { type RegressionReportOptions, regressionReport, renderRegressionPage } from "./regression/page.ts";
export {
  type RegressionArm,
  type RegressionRun,
  type RegressionStudy,
  readReportedRegression,
  regressionStudy,
} from "./regression/study.ts";
export { report } from "./report.ts";
export { type ReportedArm, type ReportedRun, readReportedRun, type Study, study } from "./study.ts";
export { studyMarkdown, studyPage } from "./study-page.ts";
export { type DivergedRun, type StudyFacts, type StudyRun, type StudySummary, summarize } from "./study-summary.ts";
export { summaryLines } from "./summary.ts";
