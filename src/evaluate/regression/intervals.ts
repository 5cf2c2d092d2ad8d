import { UserError } from "../../core/index.ts";
import type { JudgedRegression } from "./judged.ts";
import { normalQuantile } from "./normal-quantile.ts";
import { type PerTarget, perTarget } from "./per-target.ts";

/** Both [N × D], in target units, ends included. */
export interface Intervals {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** @throws UserError for a level outside (0, 1). */
function checkLevel(level: number): void {
  if (!(level > 0 && level < 1))
    throw new UserError(`level ${level} is outside (0, 1); 0.9 is an interval that should hold 90 % of the targets`);
}

/**
 * The central intervals mean ± Φ⁻¹((1 + level) / 2) · σ of Gaussian predictions.
 * @throws UserError for a level outside (0, 1), or predictions without standard deviations.
 * @example
 * const { lower, upper } = gaussianIntervals(judgedRegression, 0.9); // should hold 90 % of the targets
 */
export function gaussianIntervals({ mean, standardDeviation }: JudgedRegression, level: number): Intervals {
  checkLevel(level);
  if (!standardDeviation)
    throw new UserError("Gaussian intervals need standard deviations; these predictions have none");
  // By the lower tail, whose probability keeps its digits where level nears 1.
  const width = -normalQuantile((1 - level) / 2);
  return {
    lower: mean.map((value, i) => value - width * standardDeviation[i]),
    upper: mean.map((value, i) => value + width * standardDeviation[i]),
  };
}

export interface IntervalQuality {
  /** Share of the intervals that hold their target (PICP). */
  readonly coverage: PerTarget;
  /** Sharpness: mean width, in target units (MPIW); an interval whose ends have crossed holds nothing and has width 0. */
  readonly meanWidth: PerTarget;
}

/**
 * How often intervals hold, and what that costs. @throws UserError for intervals of other examples or targets.
 * @example
 * const quality = intervalQuality(gaussianIntervals(judgedRegression, 0.9), judgedRegression); // coverage and width
 */
export function intervalQuality({ lower, upper }: Intervals, judged: JudgedRegression): IntervalQuality {
  const { examples, names, targets } = judged;
  if (lower.length !== targets.length || upper.length !== targets.length)
    throw new UserError(
      `intervals: ${lower.length} lower and ${upper.length} upper ends for ${targets.length} targets; give one each`,
    );
  const meanBy = (term: (place: number) => number) =>
    perTarget(
      names.map((_, target) => {
        let sum = 0;
        for (let i = target; i < targets.length; i += names.length) sum += term(i);
        return sum / examples;
      }),
    );
  return {
    coverage: meanBy((i) => (lower[i] <= targets[i] && targets[i] <= upper[i] ? 1 : 0)),
    meanWidth: meanBy((i) => Math.max(upper[i] - lower[i], 0)),
  };
}
