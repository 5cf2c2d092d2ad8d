import type { numpy as np } from "@jax-js/jax";
import { HostArray, type HostArrays, isClassifier, type Random } from "../core/index.ts";

/** Named jax-js arrays: parameters or state inside a traced function. */
export type Arrays = Record<string, np.Array>;

/** The same arrays, to be used once more: jax-js consumes what it is given. */
export const keep = (arrays: Arrays): Arrays =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, array.ref]));

export interface Variables {
  /** Trained by the optimizer, under timm's names: `conv1.weight`, `layer1.0.bn1.weight`, … */
  readonly params: HostArrays;
  /** Moved by the forward pass itself: BatchNorm's `…running_mean` and `…running_var`. */
  readonly state: HostArrays;
}

/** Random factors of a training step, drawn on the host: 0 with probability `rate`, else 1 / (1 − rate). */
export interface Noise {
  readonly rate: number;
  /** Of one image's factors; [] for one factor an image. */
  readonly shape: readonly number[];
}

/**
 * How a network is run. `train` normalises by the batch and moves BatchNorm's running statistics toward it; `measure` is the
 * same, but gives the batch's own statistics in place of moved ones, and drops nothing; `predict` normalises by the running
 * statistics; `sample` is the same, but drops by the noise as training does (Monte Carlo dropout, Gal and Ghahramani 2016).
 */
export type Mode = "train" | "measure" | "predict" | "sample";

/** Pure functions; nothing else is known of a network. */
export interface Model {
  readonly name: string;
  init(random: Random): Variables;
  /** Name of the weight [O, I, k, k] of the first layer. */
  readonly stemWeight: string;
  /** Parameters that no step moves; none where absent. */
  readonly frozen?: readonly string[];
  /** Parameters set by what the network is fed, inputs [N, I, H, W] of training images, before the first step. */
  fitToInputs?(params: HostArrays, inputs: HostArray): HostArrays;
  /**
   * Where more than `stemWeight` depends on the number of input channels: weights for images, as those for tuples
   * [r, x − r] that compute the same function whatever r is. `undefined` where these are no weights for half the channels.
   */
  forTuples?(weights: HostArrays): HostArrays | undefined;
  /** What `apply` wants as `noise` in training, by name; none where absent. */
  readonly noise?: Readonly<Record<string, Noise>>;
  /**
   * The linear part of the first layer, without bias: images [N, I, H, W] → features [N, …]. Uses `stemWeight` alone, and
   * takes as many input channels as that weight has: part of a tuple's channels goes through the same slice of the weight.
   */
  stem(params: Arrays, images: np.Array): np.Array;
  /** Everything after it: features [N, …] → logits [N, K]. Modes and noise as in `apply`. */
  trunk(
    params: Arrays,
    state: Arrays,
    features: np.Array,
    mode: Mode,
    noise?: Arrays,
  ): { logits: np.Array; state: Arrays };
  /**
   * `trunk` after `stem`: images [N, C, H, W] float32 → logits [N, K]. `"train"` normalises by the batch's statistics and returns the moved
   * state; `"measure"` returns the batch's statistics; `"predict"` uses the running ones and returns `state` unchanged. Where `noise` [N, …] is given, `"train"`
   * drops by it. Consumes its arguments (jax-js rule: pass `x.ref` to keep `x`).
   */
  apply(
    params: Arrays,
    state: Arrays,
    images: np.Array,
    mode: Mode,
    noise?: Arrays,
  ): { logits: np.Array; state: Arrays };
}

export interface ModelOptions {
  /** Channels of the first convolution, any number ≥ 1; anchored tuples have twice the image's. */
  readonly inputChannels: number;
  readonly classes: number;
  /**
   * Pixels on each side of the images, 32 by default. Networks that keep a weight for every position (vision
   * transformers) refuse other images; others choose the first layers by it.
   */
  readonly imageSize?: number;
  /** Share of images that skip the last residual branch, rising linearly from 0 at the first; 0 by default. */
  readonly stochasticDepth?: number;
  /** Share of features that the classifier does not see; 0 by default. */
  readonly dropout?: number;
}

/** A model from its two halves. */
export const modelOf = (halves: Omit<Model, "apply">): Model => ({
  ...halves,
  apply: (params, state, images, mode, noise) => halves.trunk(params, state, halves.stem(params, images), mode, noise),
});

/** The model with its training's random factors in hand. */
export const withNoise = (model: Model, noise: Arrays): Model =>
  Object.keys(noise).length === 0
    ? model
    : { ...model, apply: (params, state, images, mode) => model.apply(params, state, images, mode, noise) };

/**
 * The model with all but its classifier frozen, BatchNorm's statistics too (`apply` returns no moved state): for
 * last-layer fine-tuning.
 */
export function headOnly(model: Model, params: HostArrays): Model {
  const { fitToInputs: _, noise: _drops, ...rest } = model;
  return {
    ...rest,
    frozen: Object.keys(params).filter((name) => !isClassifier(name)),
    apply(params, state, images) {
      const { logits, state: unmoved } = model.apply(params, state, images, "predict");
      for (const array of Object.values(unmoved)) array.dispose();
      return { logits, state: {} };
    },
  };
}

/** A training step's factors for `count` images, by name. */
export function drawNoise({ noise = {} }: Model, count: number, random: Random): HostArrays {
  return Object.fromEntries(
    Object.entries(noise).map(([name, { rate, shape }]) => {
      const factors = HostArray.zeros([count, ...shape]);
      for (let i = 0; i < factors.data.length; i++) factors.data[i] = random.uniform() < rate ? 0 : 1 / (1 - rate);
      return [name, factors];
    }),
  );
}
