import { UserError } from "../../core/index.ts";
import { conformalQuantile, fewestCalibrationScores } from "../conformal-quantile.ts";
import type { Intervals } from "./intervals.ts";
import { positiveDeviations, type RegressionPredictions, type RegressionTargets } from "./judged.ts";

/** What a model predicts, to be widened until it holds as many targets as promised. */
export interface Band extends Intervals {
  /** [N × D] above 0: the steps it is widened by; 1 where absent. */
  readonly scale?: Float64Array;
}

/**
 * Of the mean alone: intervals of one width for all examples (Lei et al. 2018, algorithm 2).
 * @example
 * const band = absoluteBand(storedRegression); // widened alike for all examples
 * console.log(calibrateIntervals(band, storedRegression.targets, 0.1).margins);
 */
export function absoluteBand({ mean }: RegressionPredictions): Band {
  const middle = Float64Array.from(mean);
  return { lower: middle, upper: middle };
}

/**
 * Of the mean, in steps of the standard deviation: wider where the model is less sure (Lei et al. 2018, section 5.2).
 * @throws UserError where there are no standard deviations, or one is 0.
 * @example
 * const band = normalisedBand(storedRegression, storedRegression.targets.names); // wider where the model doubts
 */
export function normalisedBand(predictions: RegressionPredictions, names: readonly string[]): Band {
  const given = predictions.standardDeviation;
  const standardDeviation = given && Float64Array.from(given);
  const scale = positiveDeviations({ standardDeviation, names }, "normalised conformal intervals");
  return { ...absoluteBand(predictions), scale };
}

/** How a band is widened: found on calibration examples that the model was not trained on. */
export interface Calibration {
  /** Promised share of misses, of each target by itself. */
  readonly alpha: number;
  /** [D] in steps of the band's scale: +∞ where there are too few examples, below 0 where the band is too wide. */
  readonly margins: readonly number[];
  /** Why the margins are infinite, where they are. */
  readonly notice?: string;
}

/**
 * Split conformal calibration of a band: the margin is the ⌈(n + 1)(1 − α)⌉-th smallest of the scores max(lower − y,
 * y − upper) / scale. Of `absoluteBand` these are the absolute residuals; of predicted α/2 and 1 − α/2 quantiles it is
 * CQR (Romano, Patterson & Candès 2019). With fewer than 1/α − 1 examples only infinite intervals keep the promise.
 * @throws UserError for α outside (0, 1), and a band of other examples or targets.
 * @example
 * const calibration = calibrateIntervals(absoluteBand(storedRegression), storedRegression.targets, 0.1); // 90 % of new targets inside
 */
export function calibrateIntervals(band: Band, { names, values }: RegressionTargets, alpha: number): Calibration {
  if (!(alpha > 0 && alpha < 1))
    throw new UserError(`alpha ${alpha} is outside (0, 1); 0.1 promises intervals that hold 90 % of the targets`);
  checkBand(band, names.length);
  if (band.lower.length !== values.length)
    throw new UserError(
      `calibration: a band of ${band.lower.length} values for ${values.length} targets; give one each`,
    );
  const examples = values.length / names.length;
  const scores = Float64Array.from(
    values,
    (value, i) => Math.max(band.lower[i] - value, value - band.upper[i]) / (band.scale?.[i] ?? 1),
  );
  const bad = scores.findIndex((score) => Number.isNaN(score));
  if (bad >= 0)
    throw new UserError(`calibration: example ${Math.floor(bad / names.length)} has a value that is not a number`);
  const margins = names.map(
    (_, target) =>
      conformalQuantile(
        scores.filter((_score, i) => i % names.length === target),
        alpha,
      ) ?? Number.POSITIVE_INFINITY,
  );
  const fewest = fewestCalibrationScores(alpha);
  if (examples >= fewest) return { alpha, margins };
  const notice = `${examples} calibration examples are too few for α = ${alpha}: the intervals are infinite; give at least ${fewest}`;
  return { alpha, margins, notice };
}

/**
 * The widened band. Ends that cross, where the margin is below 0, make an empty interval.
 * @throws UserError for a band of other targets.
 */
export function widenedBand(band: Band, { margins }: Calibration): Intervals {
  checkBand(band, margins.length);
  const step = (i: number) => margins[i % margins.length] * (band.scale?.[i] ?? 1);
  return {
    lower: band.lower.map((value, i) => value - step(i)),
    upper: band.upper.map((value, i) => value + step(i)),
  };
}

function checkBand({ lower, upper, scale = lower }: Band, dimensions: number): void {
  if (upper.length !== lower.length || scale.length !== lower.length || lower.length % dimensions !== 0)
    throw new UserError(
      `conformal intervals: ${lower.length} lower ends, ${upper.length} upper ends, ${scale.length} scales; each must be [examples, ${dimensions}]`,
    );
}
