import { permutation, Random } from "../../core/index.ts";
import { rounded } from "../rounded.ts";
import { gaussianIntervals, intervalQuality } from "./intervals.ts";
import { column, type JudgedRegression } from "./judged.ts";
import type { RegressionSetResults } from "./results.ts";
import { sparsificationByTarget } from "./sparsification.ts";
import type { StoredRegression } from "./stored-set.ts";

/** Where coverage is measured: every 5 %, and 99 %. */
const LEVELS = [...Array.from({ length: 19 }, (_, i) => (5 * (i + 1)) / 100), 0.99];

/** Points that a curve is drawn through. */
const CURVE_POINTS = 100;

/** Examples of the scatter plot. */
const SHOWN_EXAMPLES = 400;

/**
 * [D] share of the targets inside the central interval of each level: of Gaussians where there are standard deviations,
 * else between trained quantiles q and 1 − q, which promise 1 − 2q. `undefined` where there is neither.
 */
export function calibrationCurves(
  judged: JudgedRegression,
  quantiles: StoredRegression["quantiles"],
): RegressionSetResults["calibration"] {
  const atLevels = judged.standardDeviation
    ? LEVELS.map((level) => ({ level, intervals: gaussianIntervals(judged, level) }))
    : quantilePairs(quantiles).map(({ level, lower, upper }) => ({ level, intervals: { lower, upper } }));
  if (atLevels.length === 0) return undefined;
  const found = atLevels.map(({ level, intervals }) => ({
    level,
    coverage: intervalQuality(intervals, judged).coverage.byTarget,
  }));
  return judged.names.map((_, target) =>
    rounded({ level: found.map(({ level }) => level), coverage: found.map(({ coverage }) => coverage[target]!) }),
  );
}

export interface QuantilePair {
  /** Share of the targets that should lie between. */
  readonly level: number;
  readonly levels: readonly [number, number];
  /** Both [N × D]. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** Trained quantiles q below ½ that have their 1 − q, from the narrowest interval to the widest. */
export function quantilePairs(quantiles: StoredRegression["quantiles"]): QuantilePair[] {
  if (!quantiles) return [];
  const { levels, values } = quantiles;
  return levels
    .flatMap((low, place): QuantilePair[] => {
      const opposite = levels.findIndex((high) => low < 0.5 && Math.abs(high - (1 - low)) < 1e-9);
      if (opposite < 0) return [];
      return [
        {
          level: Number((1 - 2 * low).toPrecision(12)),
          levels: [low, levels[opposite]],
          lower: column(values, place, levels.length),
          upper: column(values, opposite, levels.length),
        },
      ];
    })
    .sort((a, b) => a.level - b.level);
}

/** [D] the sparsification curve of the RMSE at even shares; `undefined` where there are no standard deviations. */
export function sparsificationCurves(judged: JudgedRegression): RegressionSetResults["sparsification"] {
  if (!judged.standardDeviation) return undefined;
  const shown = Math.min(CURVE_POINTS, judged.examples);
  const at = Array.from({ length: shown }, (_, i) => Math.floor((i * judged.examples) / shown));
  return sparsificationByTarget(judged, "rmse").map(({ removed, error, oracle }) =>
    rounded({
      removed: at.map((i) => removed[i]),
      error: at.map((i) => error[i]),
      oracle: at.map((i) => oracle[i]),
    }),
  );
}

/** [D] some examples, chosen by their number alone so that all runs show the same ones. */
export function shownPoints({
  examples,
  names,
  targets,
  mean,
  standardDeviation,
}: JudgedRegression): RegressionSetResults["points"] {
  const rows = Array.from(permutation(examples, new Random("scatter plot", examples)))
    .slice(0, SHOWN_EXAMPLES)
    .sort((a, b) => a - b);
  return names.map((_, target) => {
    const of = (values: Float64Array) => rows.map((row) => values[row * names.length + target]);
    return rounded({
      target: of(targets),
      mean: of(mean),
      ...(standardDeviation && { standardDeviation: of(standardDeviation) }),
    });
  });
}
