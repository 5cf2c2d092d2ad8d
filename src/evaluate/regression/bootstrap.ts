import { type BootstrapOptions, type Interval, percentileInterval, resampled } from "../bootstrap.ts";
import { gaussianNllTerms } from "./gaussian-nll.ts";
import { gaussianIntervals } from "./intervals.ts";
import type { JudgedRegression } from "./judged.ts";
import { INTERVAL_LEVEL } from "./metrics.ts";

/** The measures that are sums over examples. */
export const bootstrappedRegressionMetrics = ["r2", "rmse", "mae", "gaussianNll", "coverage90", "width90"] as const;
export type BootstrappedRegressionMetric = (typeof bootstrappedRegressionMetrics)[number];
type Name = BootstrappedRegressionMetric;

/** As `PerTarget`, of intervals. */
export interface IntervalPerTarget {
  /** [D] `undefined` where no resample has the number. */
  readonly byTarget: readonly (Interval | undefined)[];
  /** Of the mean over targets. */
  readonly mean: Interval | undefined;
}

/** [N × D] what is added up over the drawn examples. */
export type Terms = Partial<
  Record<"square" | "absolute" | "shifted" | "shiftedSquare" | "nll" | "inside" | "width", Float64Array>
>;

/** Each measure from the means of its terms. */
export const fromMeans: Record<
  Name,
  { readonly terms: readonly (keyof Terms)[]; readonly of: (...means: number[]) => number }
> = {
  r2: {
    terms: ["square", "shifted", "shiftedSquare"],
    of: (square, shifted, shiftedSquare) => {
      const variance = shiftedSquare - shifted ** 2;
      // Of a constant target a difference of two equal numbers, which rounding may leave above 0.
      return variance > 1e-12 * shiftedSquare ? 1 - square / variance : Number.NaN;
    },
  },
  rmse: { terms: ["square"], of: Math.sqrt },
  mae: { terms: ["absolute"], of: (mean) => mean },
  gaussianNll: { terms: ["nll"], of: (mean) => mean },
  coverage90: { terms: ["inside"], of: (mean) => mean },
  width90: { terms: ["width"], of: (mean) => mean },
};

export function termsOf(judged: JudgedRegression): Terms {
  const { names, examples, targets, residual, standardDeviation } = judged;
  const center = names.map((_, target) => {
    let sum = 0;
    for (let i = target; i < targets.length; i += names.length) sum += targets[i];
    return sum / examples;
  });
  // Less their mean: sums of squares of large targets would lose the digits of their variance.
  const shifted = targets.map((value, i) => value - center[i % names.length]);
  const terms: Terms = {
    square: residual.map((value) => value ** 2),
    absolute: residual.map(Math.abs),
    shifted,
    shiftedSquare: shifted.map((value) => value ** 2),
  };
  if (!standardDeviation) return terms;
  const { lower, upper } = gaussianIntervals(judged, INTERVAL_LEVEL);
  return {
    ...terms,
    ...(standardDeviation.every((value) => value > 0) && { nll: gaussianNllTerms(judged) }),
    inside: targets.map((value, i) => (lower[i] <= value && value <= upper[i] ? 1 : 0)),
    width: upper.map((value, i) => value - lower[i]),
  };
}

/**
 * 95 % percentile intervals over the choice of the examples, whose targets stay together. A resample in which a target is
 * constant has no R² and is left out of that interval.
 */
export function regressionIntervals(
  judged: JudgedRegression,
  options: BootstrapOptions = {},
): Partial<Record<Name, IntervalPerTarget>> {
  const { examples, names } = judged;
  const dimensions = names.length;
  const terms = termsOf(judged);
  const known = bootstrappedRegressionMetrics.filter((name) => fromMeans[name].terms.every((term) => terms[term]));
  const values = known.map(() => Array.from({ length: dimensions + 1 }, () => [] as number[]));
  const keys = Object.keys(terms) as (keyof Terms)[];
  const means = Object.fromEntries(keys.map((key) => [key, new Float64Array(dimensions)])) as Required<Terms>;
  resampled(examples, options, (drawn) => {
    for (const key of keys) sumRows(terms[key]!, drawn, means[key]);
    for (const [place, name] of known.entries()) {
      const { terms: needed, of } = fromMeans[name];
      const byTarget = names.map((_, target) => of(...needed.map((key) => means[key][target] / examples)));
      const finite = byTarget.filter(Number.isFinite);
      for (const [target, value] of byTarget.entries()) if (Number.isFinite(value)) values[place][target].push(value);
      if (finite.length > 0) values[place][dimensions].push(finite.reduce((a, b) => a + b, 0) / finite.length);
    }
  });
  return Object.fromEntries(
    known.map((name, place) => {
      const all = values[place].map((drawn) =>
        drawn.length > 0 ? percentileInterval(Float64Array.from(drawn)) : undefined,
      );
      return [name, { byTarget: all.slice(0, -1), mean: all[dimensions] }];
    }),
  );
}

/** Writes the sum [D] of the drawn rows of [N × D]. */
function sumRows(terms: Float64Array, drawn: Int32Array, sums: Float64Array): void {
  const dimensions = sums.length;
  sums.fill(0);
  for (const row of drawn) for (let d = 0; d < dimensions; d++) sums[d] += terms[row * dimensions + d];
}
