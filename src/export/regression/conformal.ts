import { type RegressionSet, UserError } from "../../core/index.ts";
import { fewestCalibrationScores } from "../../evaluate/conformal-quantile.ts";
import { absoluteBand, type Band, calibrateIntervals, normalisedBand } from "../../evaluate/index.ts";
import { quantilePairs } from "../../evaluate/internal.ts";
import type { IntervalCard, RegressionCard } from "./card.ts";
import type { WholeSet } from "./predict-set.ts";

export type IntervalMethod = IntervalCard["method"];

export interface IntervalOptions {
  /** Share of the targets that `lower` and `upper` should hold, of each target by itself: in (0, 1). */
  readonly conformal?: number;
  /**
   * What is widened. Default: trained quantiles (`cqr`) where a pair of them lies around the median, else the mean by
   * multiples of the standard deviation (`normalised`) where there is one, else the mean by one width (`absolute`).
   */
  readonly conformalBy?: IntervalMethod;
}

/**
 * Split conformal intervals, calibrated on answers for validation examples.
 * @throws UserError for a level outside (0, 1), a method that needs what the model does not give, a standard deviation of
 *   0, and too few examples for the level
 */
export function calibrateConformal(
  card: RegressionCard,
  answers: WholeSet,
  { targets, count }: Pick<RegressionSet, "targets" | "count">,
  { level, by }: { readonly level: number; readonly by?: IntervalMethod },
): IntervalCard {
  checkLevel(level);
  const alpha = 1 - level;
  const fewest = fewestCalibrationScores(alpha);
  if (count < fewest)
    throw new UserError(
      `options.conformal ${level}: it needs ${fewest} validation examples at least, and the run has ${count}; lower it, or hold more out when training (data.validationFraction)`,
    );
  const [nearest] = quantilePairs(
    card.levels && answers.quantiles && { levels: card.levels, values: answers.quantiles },
  ).sort((a, b) => Math.abs(a.level - level) - Math.abs(b.level - level));
  const method = by ?? (nearest ? "cqr" : card.standardDeviation ? "normalised" : "absolute");
  const calibrated = (band: Band) => ({
    level,
    method,
    margins: [...calibrateIntervals(band, { names: targets.names, values: targets.data }, alpha).margins],
    examples: count,
  });
  if (method === "absolute") return calibrated(absoluteBand(answers));
  if (method === "cqr") {
    if (!nearest)
      throw new UserError(
        "options.conformalBy cqr: the run gives no pair of quantiles q and 1 − q; train it with task.loss quantile, or use absolute",
      );
    return { ...calibrated(nearest), levels: [...nearest.levels] };
  }
  if (!card.standardDeviation)
    throw new UserError("options.conformalBy normalised: the run gives no standard deviation; use absolute");
  return calibrated(normalisedBand(answers, targets.names));
}

/** @throws UserError for a level outside (0, 1) */
export function checkLevel(level: number): void {
  if (!(level > 0 && level < 1))
    throw new UserError(`options.conformal ${level}: the share of targets to hold, above 0 and below 1; e.g. 0.9`);
}
