import type { numpy as np } from "@jax-js/jax";
import type { HostArrays, Random } from "../core/index.ts";

/** Named jax-js arrays: parameters or state inside a traced function. */
export type Arrays = Record<string, np.Array>;

export interface Variables {
  /** Trained by the optimizer, under timm's names: `conv1.weight`, `layer1.0.bn1.weight`, … */
  readonly params: HostArrays;
  /** Moved by the forward pass itself: BatchNorm's `…running_mean` and `…running_var`. */
  readonly state: HostArrays;
}

/** Pure functions; nothing else is known of a network. */
export interface Model {
  readonly name: string;
  init(random: Random): Variables;
  /** Name of the weight [O, I, k, k] of the first layer. */
  readonly stemWeight: string;
  /**
   * The linear part of the first layer, without bias: images [N, I, H, W] → features [N, …]. Uses `stemWeight` alone, and
   * takes as many input channels as that weight has: part of a tuple's channels goes through the same slice of the weight.
   */
  stem(params: Arrays, images: np.Array): np.Array;
  /** Everything after it: features [N, …] → logits [N, K]. Modes as in `apply`. */
  trunk(
    params: Arrays,
    state: Arrays,
    features: np.Array,
    mode: "train" | "predict",
  ): { logits: np.Array; state: Arrays };
  /**
   * `trunk` after `stem`: images [N, C, H, W] float32 → logits [N, K]. `"train"` normalises by the batch's statistics and returns the moved
   * state; `"predict"` uses the running statistics and returns `state` unchanged. Consumes its arguments (jax-js rule:
   * pass `x.ref` to keep `x`).
   */
  apply(
    params: Arrays,
    state: Arrays,
    images: np.Array,
    mode: "train" | "predict",
  ): { logits: np.Array; state: Arrays };
}

export interface ModelOptions {
  /** Channels of the first convolution, any number ≥ 1; anchored tuples have twice the image's. */
  readonly inputChannels: number;
  readonly classes: number;
  /**
   * Pixels on each side of the images, 32 by default. Only networks that keep a weight for every position (vision
   * transformers) ask for it; they refuse other images.
   */
  readonly imageSize?: number;
}

/** A model from its two halves. */
export const modelOf = (halves: Omit<Model, "apply">): Model => ({
  ...halves,
  apply: (params, state, images, mode) => halves.trunk(params, state, halves.stem(params, images), mode),
});
