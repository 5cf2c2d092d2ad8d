import { numpy as np } from "@jax-js/jax";
import { isTraining, type Noise } from "../model.ts";
import type { Scope } from "./layer.ts";

/** A branch that training multiplies by random factors; it draws none itself (`Noise`). */
export interface Drop {
  /** Empty where the rate is 0. */
  readonly noise: Readonly<Record<string, Noise>>;
  apply(scope: Scope, x: np.Array): np.Array;
}

function drop(name: string, { rate, shape }: Noise): Drop {
  return {
    noise: rate > 0 ? { [name]: { rate, shape } } : {},
    apply({ noise, mode }, x) {
      if ((!isTraining(mode) && mode !== "sample") || !noise || !(name in noise)) return x;
      return np.multiply(
        x,
        np.reshape(noise[name], [x.shape[0], ...shape, ...x.shape.slice(1 + shape.length).fill(1)]),
      );
    },
  };
}

/**
 * Stochastic depth (Huang et al. 2016): an image's residual branch [N, …] is dropped as a whole, as timm's `DropPath`.
 * @example
 * const drop = dropPath("blocks.0.drop", 0.1);
 */
export const dropPath = (name: string, rate: number): Drop => drop(name, { rate, shape: [] });

/**
 * Dropout (Srivastava et al. 2014) of features [N, D].
 * @example
 * const drop = dropout("head.dropout", 0.1, 512);
 */
export const dropout = (name: string, rate: number, features: number): Drop => drop(name, { rate, shape: [features] });

/**
 * The rate of residual branch i of `count`: linear from 0 to `largest`, as timm's.
 * @example
 * const rates = [0, 1, 2].map((i) => depthRate(0.2, i, 3)); // [0, 0.1, 0.2]
 */
export const depthRate = (largest: number, i: number, count: number): number =>
  count > 1 ? (largest * i) / (count - 1) : largest;

/**
 * What several of them want drawn: `noise` of `modelOf`.
 * @example
 * const noise = noiseOf([dropPath("blocks.0.drop", 0.1), dropout("head.dropout", 0.1, 512)]);
 */
export const noiseOf = (drops: readonly Drop[]): Readonly<Record<string, Noise>> =>
  Object.assign({}, ...drops.map(({ noise }) => noise));
