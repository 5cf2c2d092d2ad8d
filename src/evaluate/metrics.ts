import { adaptiveEce } from "./adaptive-ece.ts";
import { augrc } from "./augrc.ts";
import { accuracy, brier, expectedCalibrationError, maximumCalibrationError, meanNll } from "./calibration.ts";
import { classwiseEce } from "./classwise-ece.ts";
import { excessAurc } from "./excess-aurc.ts";
import type { Judged } from "./judged.ts";
import { aurc } from "./risk-coverage.ts";
import { smoothEce } from "./smooth-ece.ts";

/** A number about one labelled image set. */
export interface Metric {
  /** Short name for tables. */
  readonly title: string;
  /** What it says, in a sentence a newcomer understands. */
  readonly meaning: string;
  readonly better: "higher" | "lower";
  /** How tables print it: a fraction as per cent, anything else as it is. */
  readonly unit: "%" | "";
  readonly compute: (judged: Judged) => number;
}

/**
 * The table of metrics: a new one is its function, a line here, and a row in `metrics.test.ts`.
 * @example
 * const { title, better, unit } = metrics.accuracy; // what tables and reports say of it
 */
export const metrics = {
  accuracy: {
    title: "Accuracy",
    meaning: "Share of images whose most likely class is the label.",
    better: "higher",
    unit: "%",
    compute: accuracy,
  },
  top5: {
    title: "Top-5 accuracy",
    meaning: "Share of images whose label is among the five most likely classes.",
    better: "higher",
    unit: "%",
    compute: ({ rank, images }) => rank.reduce((hits, larger) => hits + (larger < 5 ? 1 : 0), 0) / images,
  },
  ece15: {
    title: "ECE",
    meaning: "Mean gap between confidence and accuracy, 15 bins.",
    better: "lower",
    unit: "%",
    compute: (judged) => expectedCalibrationError(judged, 15, 1),
  },
  rmsEce20: {
    title: "RMS ECE",
    meaning: "Root mean square gap between confidence and accuracy, 20 bins; large gaps weigh more.",
    better: "lower",
    unit: "%",
    compute: (judged) => expectedCalibrationError(judged, 20, 2),
  },
  maxCe15: {
    title: "Max CE",
    meaning: "The largest gap between confidence and accuracy of 15 bins; a bin of a few images can decide it.",
    better: "lower",
    unit: "%",
    compute: (judged) => maximumCalibrationError(judged, 15),
  },
  classwiseEce15: {
    title: "Classwise ECE",
    meaning: "Mean over the classes of the gap between a class's probability and its frequency, 15 bins.",
    better: "lower",
    unit: "%",
    compute: (judged) => classwiseEce(judged, 15),
  },
  adaptiveEce15: {
    title: "Adaptive ECE",
    meaning: "As ECE, but 15 bins that hold equally many images.",
    better: "lower",
    unit: "%",
    compute: (judged) => adaptiveEce(judged, 15),
  },
  smoothEce: {
    title: "Smoothed ECE",
    meaning: "The gap between confidence and accuracy without bins (smECE).",
    better: "lower",
    unit: "%",
    compute: ({ confidence, correct }) => smoothEce(confidence, correct),
  },
  nll: {
    title: "NLL",
    meaning: "Mean negative log-likelihood of the label, in nats.",
    better: "lower",
    unit: "",
    compute: meanNll,
  },
  brier: {
    title: "Brier score",
    meaning: "Mean squared error of the class probabilities, summed over classes.",
    better: "lower",
    unit: "",
    compute: brier,
  },
  aurc: {
    title: "AURC",
    meaning: "Share of errors among the answered images, averaged over how many are answered, most confident first.",
    better: "lower",
    unit: "%",
    compute: aurc,
  },
  eAurc: {
    title: "E-AURC",
    meaning: "AURC less what the same answers would have in the best order: what confidence adds to accuracy.",
    better: "lower",
    unit: "%",
    compute: excessAurc,
  },
  augrc: {
    title: "AUGRC",
    meaning:
      "Share of all images that are answered wrongly, averaged over how many are answered, most confident first.",
    better: "lower",
    unit: "%",
    compute: augrc,
  },
} satisfies Record<string, Metric>;

export type MetricName = keyof typeof metrics;
/**
 * The names of all metrics of a classifier.
 * @example
 * for (const name of metricNames) console.log(name, metrics[name].title);
 */
export const metricNames = Object.keys(metrics) as MetricName[];

/**
 * Every metric of one labelled set.
 * @example
 * const { accuracy, smoothEce } = measure(judge(predictions));
 */
export const measure = (judged: Judged): Record<MetricName, number> =>
  Object.fromEntries(metricNames.map((name) => [name, metrics[name].compute(judged)])) as Record<MetricName, number>;
