import { lax, numpy as np } from "@jax-js/jax";
import { isTraining } from "../model.ts";
import type { Layer } from "./layer.ts";
import { meanOverRanks } from "./mean-over-ranks.ts";
import { variables } from "./variables.ts";

const EPSILON = 1e-5;
const MOMENTUM = 0.1;

const perChannel = (vector: np.Array) => np.reshape(vector, [1, -1, 1, 1]);
const rsqrt = (x: np.Array) => np.reciprocal(np.sqrt(x));

export interface BatchNormOptions {
  /** Share of the batch's statistics in the running ones, 0.1 by default. */
  readonly momentum?: number;
  /** Whether channels are scaled by a trained weight; the bias is there anyway. Default true. */
  readonly weighted?: boolean;
  /** That weight at the start, 1 by default; 0 for the last of a residual branch makes the block begin as its shortcut. */
  readonly start?: number;
}

/**
 * Batch normalisation over N, H, W (Ioffe and Szegedy 2015), as PyTorch's `BatchNorm2d`: weight 1, bias 0 at the
 * start, ε = 1e-5, running statistics moved by 0.1 with the unbiased variance. Mode `measure` gives the batch's mean and
 * unbiased variance in their place; mode `Blending` normalises by a mixture of the batch's and the running ones. Mode
 * `Synchronized` has the batch's statistics over all ranks, and their number, as PyTorch's `SyncBatchNorm`.
 * @example
 * const layer = batchNorm("bn1", 16);
 * const y = layer.apply(scope, x); // [N, 16, H, W] → the same
 */
export function batchNorm(
  name: string,
  channels: number,
  { momentum = MOMENTUM, weighted = true, start = 1 }: BatchNormOptions = {},
): Layer {
  const [weight, bias] = [`${name}.weight`, `${name}.bias`];
  const [runningMean, runningVar] = [`${name}.running_mean`, `${name}.running_var`];
  const shape = [channels];
  return {
    ...variables(
      [...(weighted ? [{ name: weight, shape, start }] : []), { name: bias, shape, role: "bias" }],
      [
        { name: runningMean, shape },
        { name: runningVar, shape, start: 1 },
      ],
    ),
    apply({ params, state, moved, mode }, x) {
      const scaled = (factor: np.Array) => (weighted ? np.multiply(params[weight], factor) : factor);
      if (mode === "predict" || mode === "sample") {
        const scale = scaled(rsqrt(np.add(state[runningVar].ref, EPSILON)));
        const shift = np.subtract(params[bias], np.multiply(state[runningMean].ref, scale.ref));
        moved[runningMean] = state[runningMean];
        moved[runningVar] = state[runningVar];
        return np.add(np.multiply(x, perChannel(scale)), perChannel(shift));
      }
      const [n, , h, w] = x.shape;
      const ranks = typeof mode === "object" && "ranks" in mode ? mode.ranks : undefined;
      const count = (ranks ?? 1) * n * h * w;
      const { mean, variance, centred } = ranks === undefined ? ownStatistics(x) : jointStatistics(x);
      // One value per channel has no unbiased variance; PyTorch refuses, we keep the biased one (0).
      const unbiased = count / Math.max(1, count - 1);
      if (typeof mode === "object" && "runningShare" in mode) {
        const blend = (running: np.Array, own: np.Array) =>
          np.add(np.multiply(running, mode.runningShare), np.multiply(own, 1 - mode.runningShare));
        moved[runningMean] = state[runningMean].ref;
        moved[runningVar] = state[runningVar].ref;
        const scale = scaled(rsqrt(np.add(blend(state[runningVar], np.multiply(variance, unbiased)), EPSILON)));
        // x less the blended mean, as x less the batch's is there already.
        const apart = np.multiply(np.subtract(mean, state[runningMean]), mode.runningShare);
        return np.add(np.multiply(np.add(centred, perChannel(apart)), perChannel(scale)), perChannel(params[bias]));
      }
      const towards = (old: np.Array, now: np.Array) => {
        if (isTraining(mode))
          return np.add(np.multiply(old, 1 - momentum), np.multiply(lax.stopGradient(now), momentum));
        old.dispose();
        return now;
      };
      moved[runningMean] = towards(state[runningMean], mean);
      moved[runningVar] = towards(state[runningVar], np.multiply(variance.ref, unbiased));
      const scale = scaled(rsqrt(np.add(variance, EPSILON)));
      return np.add(np.multiply(centred, perChannel(scale)), perChannel(params[bias]));
    },
  };
}

interface Statistics {
  /** [C] */
  readonly mean: np.Array;
  /** [C], biased. */
  readonly variance: np.Array;
  /** x less the mean. */
  readonly centred: np.Array;
}

/** Of a batch [N, C, H, W], which it consumes. */
function ownStatistics(x: np.Array): Statistics {
  // Two passes: E[x²] − E[x]² loses all digits where |mean| ≫ σ.
  const mean = np.mean(x.ref, [0, 2, 3]);
  const centred = np.subtract(x, perChannel(mean.ref));
  const variance = np.mean(np.square(centred.ref), [0, 2, 3]);
  return { mean, variance, centred };
}

/**
 * Of the batches of all ranks, which have as many images each: the mean M of their means mᵣ, and the mean of their
 * variances vᵣ + (mᵣ − M)² about it, without a further pass over x.
 */
function jointStatistics(x: np.Array): Statistics {
  const own = ownStatistics(x);
  const mean = meanOverRanks(own.mean.ref);
  // Of the variance as a function of M the derivative is the mean of −2 (mᵣ − M), which is 0: left out, it does not have to
  // be waited for on the way back, and the gradients of mean and variance are averaged together.
  const spread = np.square(np.subtract(own.mean.ref, lax.stopGradient(mean.ref)));
  const variance = meanOverRanks(np.add(own.variance, spread));
  const apart = np.subtract(own.mean, mean.ref);
  return { mean, variance, centred: np.add(own.centred, perChannel(apart)) };
}

/** The weights and biases of a network's BatchNorms: those that lie beside running statistics under `batchNorm`'s names. */
export const batchNormParameters = ({ params, state }: { readonly params: object; readonly state: object }): string[] =>
  Object.keys(params).filter((name) => name.replace(/\.(weight|bias)$/, ".running_mean") in state);
