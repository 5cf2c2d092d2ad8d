import { hostLogVariance } from "./losses.ts";
import type { RegressionOptions } from "./options.ts";

/** Numbers that a network gives for D targets. */
export const regressionOutputCount = (
  { loss, levels }: Pick<RegressionOptions, "loss" | "levels">,
  targets: number,
): number => targets * { squared: 1, l1: 1, gaussian: 2, quantile: levels.length }[loss];

/** What standardises targets: y ↦ (y − mean) / standardDeviation, each [D]. */
export interface TargetScale {
  readonly mean: readonly number[];
  readonly standardDeviation: readonly number[];
}

/** Outputs of one forward pass in the targets' units, each [N × D]. */
export interface ReadOutputs {
  readonly mean: Float64Array;
  /** Of the noise, of a Gaussian likelihood. */
  readonly variance?: Float64Array;
  /** [N × D × Q] */
  readonly quantiles?: Float64Array;
}

/** Which of the levels is nearest to the median: its quantile stands for the mean. */
export const middleLevel = (levels: readonly number[]): number =>
  levels.reduce((best, level, q) => (Math.abs(level - 0.5) < Math.abs(levels[best] - 0.5) ? q : best), 0);

/** A network's outputs [N × O] as it was trained, read in the targets' units. The mean of quantiles is their middle one. */
export function readRegressionOutputs(
  { loss, levels }: Pick<RegressionOptions, "loss" | "levels">,
  outputs: ArrayLike<number>,
  { mean: shift, standardDeviation: scale }: TargetScale,
): ReadOutputs {
  const D = shift.length;
  const width = regressionOutputCount({ loss, levels }, D);
  const N = outputs.length / width;
  const at = (part: number) =>
    Float64Array.from({ length: N * D }, (_, i) => {
      const [row, d] = [Math.floor(i / D), i % D];
      return shift[d] + scale[d] * outputs[row * width + part * D + d];
    });
  if (loss === "quantile") {
    const parts = levels.map((_, q) => at(q));
    const quantiles = Float64Array.from({ length: N * D * levels.length }, (_, i) => {
      const [cell, q] = [Math.floor(i / levels.length), i % levels.length];
      return parts[q][cell];
    });
    return { mean: parts[middleLevel(levels)], quantiles };
  }
  if (loss !== "gaussian") return { mean: at(0) };
  const variance = Float64Array.from({ length: N * D }, (_, i) => {
    const [row, d] = [Math.floor(i / D), i % D];
    return Math.exp(hostLogVariance(outputs[row * width + D + d])) * scale[d] ** 2;
  });
  return { mean: at(0), variance };
}

/**
 * Several passes over the same examples - references, ensemble members, dropout draws - as one answer: the mean of the
 * means; its standard deviation over passes (unbiased, divisor K − 1, ΔUQ's), with a Gaussian likelihood √(mean variance +
 * variance of the means); quantiles by their mean.
 */
export function combineRegression(passes: readonly ReadOutputs[]): {
  mean: Float64Array;
  standardDeviation?: Float64Array;
  quantiles?: Float64Array;
} {
  const K = passes.length;
  const meanOf = (arrays: readonly Float64Array[]) =>
    arrays[0].map((_, i) => arrays.reduce((sum, array) => sum + array[i], 0) / K);
  const mean = meanOf(passes.map((pass) => pass.mean));
  const noise = passes[0].variance && meanOf(passes.map((pass) => pass.variance!));
  const quantiles = passes[0].quantiles && meanOf(passes.map((pass) => pass.quantiles!));
  if (K === 1 && !noise) return { mean, ...(quantiles && { quantiles }) };
  const standardDeviation = mean.map((middle, i) => {
    const spread = K === 1 ? 0 : passes.reduce((sum, pass) => sum + (pass.mean[i] - middle) ** 2, 0) / (K - 1);
    return Math.sqrt(spread + (noise ? noise[i] : 0));
  });
  return { mean, standardDeviation, ...(quantiles && { quantiles }) };
}
