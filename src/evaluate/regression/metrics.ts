import { mae, r2, rmse } from "./errors.ts";
import { gaussianNll } from "./gaussian-nll.ts";
import { gaussianIntervals, intervalQuality } from "./intervals.ts";
import type { JudgedRegression } from "./judged.ts";
import type { PerTarget } from "./per-target.ts";
import { perTarget } from "./per-target.ts";
import { errorUncertaintyCorrelation } from "./rank-correlation.ts";
import { sparsificationByTarget } from "./sparsification.ts";

/** A number about the regression of one labelled set, for each target. */
export interface RegressionMetric {
  /** Short name for tables. */
  readonly title: string;
  /** What it says, in a sentence a newcomer understands. */
  readonly meaning: string;
  /** `level`: best near the intervals' level, 0.9. */
  readonly better: "higher" | "lower" | "level";
  /** `target`: in each target's own units. */
  readonly unit: "%" | "target" | "";
  /** `positive`: standard deviations above 0. */
  readonly needs?: "deviations" | "positive";
  readonly compute: (judged: JudgedRegression) => PerTarget;
}

/** Of the intervals whose coverage and width are told. */
export const INTERVAL_LEVEL = 0.9;

const ofIntervals = (which: "coverage" | "meanWidth") => (judged: JudgedRegression) =>
  intervalQuality(gaussianIntervals(judged, INTERVAL_LEVEL), judged)[which];

/**
 * The table of measures: a new one is its function, a line here, and a row in `metrics.test.ts`.
 * @example
 * const { title, better } = regressionMetrics.rmse; // what tables and reports say of it
 */
export const regressionMetrics = {
  r2: {
    title: "R²",
    meaning: "Share of the targets' variance that the predictions explain; 0 is as good as their mean.",
    better: "higher",
    unit: "",
    compute: r2,
  },
  rmse: {
    title: "RMSE",
    meaning: "Root mean square error; large errors weigh more.",
    better: "lower",
    unit: "target",
    compute: rmse,
  },
  mae: {
    title: "MAE",
    meaning: "Mean absolute error.",
    better: "lower",
    unit: "target",
    compute: mae,
  },
  gaussianNll: {
    title: "NLL",
    meaning: "Mean negative log-likelihood of the target under a Gaussian of the predicted mean and spread, nats.",
    better: "lower",
    unit: "",
    needs: "positive",
    compute: gaussianNll,
  },
  coverage90: {
    title: "Coverage of 90 % intervals",
    meaning: "Share of targets inside the Gaussian interval that should hold 90 % of them.",
    better: "level",
    unit: "%",
    needs: "deviations",
    compute: ofIntervals("coverage"),
  },
  width90: {
    title: "Width of 90 % intervals",
    meaning: "Mean width of those intervals: their sharpness.",
    better: "lower",
    unit: "target",
    needs: "deviations",
    compute: ofIntervals("meanWidth"),
  },
  auseRmse: {
    title: "AUSE (RMSE)",
    meaning: "How far taking away the least certain lowers the RMSE less than taking away the worst, averaged.",
    better: "lower",
    unit: "target",
    needs: "deviations",
    compute: (judged) => perTarget(sparsificationByTarget(judged, "rmse").map(({ ause }) => ause)),
  },
  auseMae: {
    title: "AUSE (MAE)",
    meaning: "The same of the MAE.",
    better: "lower",
    unit: "target",
    needs: "deviations",
    compute: (judged) => perTarget(sparsificationByTarget(judged, "mae").map(({ ause }) => ause)),
  },
  errorCorrelation: {
    title: "Rank correlation of error and spread",
    meaning:
      "Spearman's correlation of the absolute error and the standard deviation; 1: the least certain are the worst.",
    better: "higher",
    unit: "",
    needs: "deviations",
    compute: errorUncertaintyCorrelation,
  },
} satisfies Record<string, RegressionMetric>;

export type RegressionMetricName = keyof typeof regressionMetrics;
/**
 * The names of all measures of a regression.
 * @example
 * for (const name of regressionMetricNames) console.log(name, regressionMetrics[name].title);
 */
export const regressionMetricNames = Object.keys(regressionMetrics) as RegressionMetricName[];

/**
 * Every measure that the predictions allow: without standard deviations, or with one of 0, those that need them are left out.
 * @example
 * const { r2, rmse, gaussianNll } = measureRegression(judgedRegression); // what the predictions allow
 */
export function measureRegression(judged: JudgedRegression): Partial<Record<RegressionMetricName, PerTarget>> {
  const { standardDeviation } = judged;
  const has = {
    deviations: standardDeviation !== undefined,
    positive: standardDeviation?.every((value) => value > 0) ?? false,
  };
  return Object.fromEntries(
    regressionMetricNames.flatMap((name) => {
      const { needs, compute }: RegressionMetric = regressionMetrics[name];
      return needs === undefined || has[needs] ? [[name, compute(judged)]] : [];
    }),
  );
}
