import { type DetectedBoxes, UserError } from "../../core/index.ts";
import type { ReliabilityBin } from "../calibration.ts";
import { evenly } from "./evenly.ts";
import { RIGHT } from "./matches.ts";
import { type BoxOutcomes, countedByClass } from "./outcomes.ts";

export interface BoxCalibrationOptions {
  /** Equal bins of the score, each closed above, the first also below. Default 25. */
  readonly bins?: number;
  /** Detections of a lower score are left out: both errors hang on how many of those a detector keeps. Default 0. */
  readonly minScore?: number;
}

export interface BoxCalibration {
  /** From 0, best, to 1. */
  readonly error: number;
  /** Bins that hold detections; of D-ECE over all classes. */
  readonly bins: readonly ReliabilityBin[];
  /** Detections that were looked at. */
  readonly detections: number;
}

interface Binned {
  readonly count: Float64Array;
  readonly scores: Float64Array;
  readonly hits: Float64Array;
}

/** @param hit what a detection's score should be on average */
function binned({ score }: DetectedBoxes, rows: readonly number[], bins: number, hit: (row: number) => number): Binned {
  const [count, scores, hits] = [new Float64Array(bins), new Float64Array(bins), new Float64Array(bins)];
  const edges = evenly(0, 1, bins + 1);
  for (const row of rows) {
    if (!(score[row] >= 0 && score[row] <= 1))
      throw new UserError(`calibration: the score of box ${row} is ${score[row]}; scores from 0 to 1 are needed`);
    let bin = Math.min(bins - 1, Math.floor(score[row] * bins));
    while (bin > 0 && score[row] <= edges[bin]) bin--;
    while (score[row] > edges[bin + 1]) bin++;
    count[bin]++;
    scores[bin] += score[row];
    hits[bin] += hit(row);
  }
  return { count, scores, hits };
}

const errorOf = ({ scores, hits }: Binned, total: number): number =>
  scores.reduce((sum, value, bin) => sum + Math.abs(value - hits[bin]), 0) / total;

/** Rows of the detections of each class that has objects, of at least that score. */
function looked(detections: DetectedBoxes, outcomes: BoxOutcomes, minScore: number): number[][] {
  return countedByClass(detections, outcomes).map((rows, k) =>
    outcomes.objects[k] > 0 ? Array.from(rows).filter((row) => detections.score[row] >= minScore) : [],
  );
}

/**
 * D-ECE, the detection expected calibration error (Küppers et al. 2020, of the score alone): over bins of the score, the
 * distance of the mean score from the share of right detections, weighted by the bin's detections. Classes without objects
 * are left out (as in detection_calibration of Kuzucu et al. 2024).
 * @returns `undefined` where nothing was detected
 * @throws UserError for a score outside [0, 1]
 * @example
 * const outcomes = boxOutcomes(objects, detections, { threshold: 0.5 });
 * console.log(detectionEce(detections, outcomes, { minScore: 0.05 })?.error);
 */
export function detectionEce(
  detections: DetectedBoxes,
  outcomes: BoxOutcomes,
  { bins = 25, minScore = 0 }: BoxCalibrationOptions = {},
): BoxCalibration | undefined {
  const rows = looked(detections, outcomes, minScore).flat();
  if (rows.length === 0) return undefined;
  const own = binned(detections, rows, bins, (row) => (outcomes.outcome[row] === RIGHT ? 1 : 0));
  const filled = Array.from({ length: bins }, (_, bin) => bin).filter((bin) => own.count[bin] > 0);
  return {
    error: errorOf(own, rows.length),
    bins: filled.map((bin) => ({
      lower: bin / bins,
      upper: (bin + 1) / bins,
      count: own.count[bin],
      meanConfidence: own.scores[bin] / own.count[bin],
      accuracy: own.hits[bin] / own.count[bin],
    })),
    detections: rows.length,
  };
}

/**
 * LaECE, the localisation-aware expected calibration error (Oksuz, Joy & Dokania 2023; with outcomes at IoU 0, LaECE₀ of
 * Kuzucu et al. 2024): the score should be precision times the mean IoU of the right ones. Over bins of each class's
 * scores, then the mean over classes that have objects and detections.
 * @returns `undefined` where nothing was detected
 * @throws UserError for a score outside [0, 1]
 * @example
 * console.log(localisationAwareEce(detections, boxOutcomes(objects, detections, { threshold: 0 })));
 */
export function localisationAwareEce(
  detections: DetectedBoxes,
  outcomes: BoxOutcomes,
  { bins = 25, minScore = 0 }: BoxCalibrationOptions = {},
): number | undefined {
  const errors = looked(detections, outcomes, minScore)
    .filter((rows) => rows.length > 0)
    .map((rows) => {
      const hit = (row: number) => (outcomes.outcome[row] === RIGHT ? outcomes.iou[row] : 0);
      return errorOf(binned(detections, rows, bins, hit), rows.length);
    });
  return errors.length > 0 ? errors.reduce((a, b) => a + b, 0) / errors.length : undefined;
}
