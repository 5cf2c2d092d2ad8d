export {
  besideMeasure,
  corruptionMeanMeasure,
  harmonicMeasure,
  type Measure,
  oodMeasure,
  setMeasure,
  validationMeasure,
} from "./measures.ts";
export { type ReportOptions, renderPage } from "./page.ts";
export { type RegressionReportOptions, regressionReport } from "./regression/page.ts";
export type { RegressionArm, RegressionRun, RegressionStudy } from "./regression/study.ts";
export { report } from "./report.ts";
export { type ReportedArm, type ReportedRun, type ReportedStudy, readReportedRun, study } from "./study.ts";
export { studyMarkdown } from "./study-page.ts";
export type { DivergedRun, StudyFacts, StudyRun, StudySummary } from "./study-summary.ts";
export { summaryLines } from "./summary.ts";
export { detectionClassesText } from "./text/detection-text.ts";
export { resultsText } from "./text/results-text.ts";
