import { numpy as np } from "@jax-js/jax";

/** Largest absolute logarithm of the variance: e^±8 of standardised targets' is beyond what data say. */
const LARGEST_LOG_VARIANCE = 8;

/** Traced: raw outputs, smoothly bounded, as the logarithm of a variance. */
export const logVariance = (raw: np.Array): np.Array =>
  np.multiply(np.tanh(np.multiply(raw, 1 / LARGEST_LOG_VARIANCE)), LARGEST_LOG_VARIANCE);

/** On the host, of one output. */
export const hostLogVariance = (raw: number): number => LARGEST_LOG_VARIANCE * Math.tanh(raw / LARGEST_LOG_VARIANCE);

/** Traced: a network's outputs and standardised targets [N, D] → what is minimised, a scalar. */
export type RegressionLoss = (outputs: np.Array, targets: np.Array) => np.Array;

/** Outputs and targets [N, D] → the mean of (μ − y)². */
export const squared: RegressionLoss = (outputs, targets) => np.mean(np.square(np.subtract(outputs, targets)));

/** Outputs and targets [N, D] → the mean of |μ − y|, PAGER's. */
export const absolute: RegressionLoss = (outputs, targets) => np.mean(np.abs(np.subtract(outputs, targets)));

/**
 * Outputs [N, 2D], means and then logarithms of variances s, → the mean of (s + (μ − y)² e^−s) / 2: the negative
 * logarithm of a Gaussian likelihood without its constant (Nix and Weigend 1994; Lakshminarayanan et al. 2017, eq. 1).
 */
export const gaussian: RegressionLoss = (outputs, targets) => {
  const [mean, raw] = np.split(outputs, 2, 1);
  const logarithm = logVariance(raw);
  const squares = np.square(np.subtract(mean, targets));
  const scaled = np.multiply(squares, np.exp(np.negative(logarithm.ref)));
  return np.multiply(np.mean(np.add(logarithm, scaled)), 0.5);
};

/**
 * Outputs [N, Q·D], the targets' first quantile, then their second, …, → the mean pinball loss max(τ e, (τ − 1) e) of
 * e = y − q (Koenker and Bassett 1978).
 */
export const pinball =
  (levels: readonly number[]): RegressionLoss =>
  (outputs, targets) => {
    const parts = np.split(outputs, levels.length, 1);
    const losses = levels.map((level, i) => {
      const error = np.subtract(i === levels.length - 1 ? targets : targets.ref, parts[i]);
      return np.mean(np.maximum(np.multiply(error.ref, level), np.multiply(error, level - 1)));
    });
    return np.multiply(
      losses.reduce((sum, loss) => np.add(sum, loss)),
      1 / levels.length,
    );
  };
