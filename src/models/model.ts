import type { numpy as np } from "@jax-js/jax";
import { HostArray, type HostArrays, type Random } from "../core/index.ts";
import type { Shapes } from "./layers/variables.ts";
import type { PackedOptions } from "./packed.ts";
import type { Tokens } from "./tokens/tokens.ts";

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
 * `Blending` normalises by both. `Synchronized` is `train` on several ranks together.
 */
export type Mode = "train" | "measure" | "predict" | "sample" | Blending | Synchronized;

/**
 * Normalises by (1 − s) times the batch's mean and unbiased variance plus s times the running ones (Schneider et al., NeurIPS
 * 2020), and moves nothing: s is `runningShare`, 0 to 1.
 */
export interface Blending {
  readonly runningShare: number;
}

/**
 * Training as one of so many ranks, which have as many images each: BatchNorm normalises by the statistics of all of their
 * images, and moves the running ones toward those. The engine's option `meanOverRanks` brings them together.
 */
export interface Synchronized {
  readonly ranks: number;
}

/**
 * Whether the network is trained, alone or together with other ranks.
 * @example
 * const rate = isTraining(scope.mode) ? 0.1 : 0;
 */
export const isTraining = (mode: Mode): mode is "train" | Synchronized =>
  mode === "train" || (typeof mode === "object" && "ranks" in mode);

/** A pass through a part of a network: what it gives, under a name, and the state moved by it. Consumes its arguments. */
export type Pass<Given extends string> = (
  params: Arrays,
  state: Arrays,
  x: np.Array,
  mode: Mode,
  noise?: Arrays,
) => { [Name in Given]: np.Array } & { state: Arrays };

/**
 * A network in two parts, where tuples [r, h − r] of hidden values take the place of tuples of images: h of an image and r of
 * its reference are what the part below makes of both.
 */
export interface AnchorPoint {
  /** Images [N, C, H, W] → hidden values [N, …]. */
  readonly below: Pass<"hidden">;
  /** The whole way, as `Model.features` but without the last layer's parameters. */
  readonly features: Pass<"features">;
  /** Tuples of hidden values [N, 2·C', …] → features [N, D]. */
  readonly above: Pass<"features">;
}

/** A hidden value of a network that is a map [N, C, h, w]. */
export interface MapLevel {
  /** C */
  readonly channels: number;
  /** Pixels of the image that a cell is wide. */
  readonly stride: number;
}

/** Maps that a network for images makes on its way. */
export interface Maps {
  /** The finest first. */
  readonly levels: readonly MapLevel[];
  /** The first layer's outputs [N, …] → the last map. Modes and noise as in `Model.encode`. */
  readonly encode: Pass<"last">;
}

/** What a network learns by, and what its parameters are for: a network says it, nobody guesses it from their names. */
export interface Network {
  readonly name: string;
  init(random: Random): Variables;
  /** Of what `init` gives, in its order; nothing is drawn. */
  shapes(): { readonly params: Shapes; readonly state: Shapes };
  /** Parameters [O] that are added to an output; none where absent. */
  readonly biases?: readonly string[];
  /** Parameters that are positions, tokens, or what positions are made of; none where absent. */
  readonly embeddings?: readonly string[];
  /** Parameters that no step moves; none where absent. */
  readonly frozen?: readonly string[];
  /** Least and greatest value that a step leaves in a parameter's elements, of those that have some. */
  readonly bounds?: Readonly<Record<string, readonly [least: number, greatest: number]>>;
  /** Random factors that it wants in training, by name; none where absent. */
  readonly noise?: Readonly<Record<string, Noise>>;
}

/** A network for images, as pure functions. */
export interface Model extends Network {
  /** Name of the weight [O, I, k, k] of the first layer. */
  readonly stemWeight: string;
  /**
   * Names of the last layer's parameters, which is linear: the weight [K, D] and, where it has one, the bias [K]; of packed
   * members [M·K, D/M] and [M·K].
   */
  readonly head: readonly string[];
  /** D: what the last layer reads of an image. */
  readonly featureCount: number;
  /** M: answers of members that its outputs hold, side by side: [N, M·K]; absent where it has one. */
  readonly members?: number;
  /** What the last layer's outputs are multiplied by to be logits; 1 where absent. */
  readonly logitScale?: number;
  /** Parameters set by what the network is fed, inputs [N, I, H, W] of training images, before the first step. */
  fitToInputs?(params: HostArrays, inputs: HostArray): HostArrays;
  /**
   * Where more than `stemWeight` depends on the number of input channels: weights for images, as those for tuples
   * [r, x − r] that compute the same function whatever r is. `undefined` where these are no weights for half the channels.
   */
  forTuples?(weights: HostArrays): HostArrays | undefined;
  /**
   * Of a network that is anchored at hidden values. Its `apply` and `features` take pairs [N, 2C, H, W] of a reference and
   * an image; of images [N, C, H, W] each one's reference is the image before it in the batch. No gradient goes through
   * references. `noise.referenceKept`, [] or [N, …], is what references are multiplied by: 0 where they are masked.
   */
  readonly anchorPoint?: AnchorPoint;
  /** What a detector reads; absent where it makes no maps. */
  readonly maps?: Maps;
  /** Of a vision transformer whose tokens each attend to all; absent of others, and where it is anchored at hidden values. */
  readonly tokens?: Tokens;
  /**
   * The linear part of the first layer, without bias: images [N, I, H, W] → features [N, …]. Uses `stemWeight` alone, and
   * takes as many input channels as that weight has: part of a tuple's channels goes through the same slice of the weight.
   */
  stem(params: Arrays, images: np.Array): np.Array;
  /**
   * What lies between the first layer and the last: the first layer's outputs [N, …] → features [N, D]. Uses neither
   * layer's parameters. Modes and noise as in `apply`.
   */
  readonly encode: Pass<"features">;
  /** The last layer: features [N, D] → logits [N, K]. Uses the parameters of `head` alone. */
  classify(params: Arrays, features: np.Array): np.Array;
  /** `encode` after `stem`: images [N, C, H, W] → features [N, D]. */
  readonly features: Pass<"features">;
  /** `classify` after `encode`: the first layer's outputs [N, …] → logits [N, K]. */
  readonly trunk: Pass<"logits">;
  /**
   * `trunk` after `stem`: images [N, C, H, W] float32 → logits [N, K]. `"train"` normalises by the batch's statistics and returns the moved
   * state; `"measure"` returns the batch's statistics; `"predict"` uses the running ones and returns `state` unchanged. Where `noise` [N, …] is given, `"train"`
   * drops by it. Consumes its arguments (jax-js rule: pass `x.ref` to keep `x`).
   */
  readonly apply: Pass<"logits">;
}

export interface ModelOptions {
  /** Channels of the first convolution, any number ≥ 1; anchored tuples have twice the image's. */
  readonly inputChannels: number;
  /** Outputs of the last layer: K, or M·K of M members. */
  readonly classes: number;
  /**
   * d: where the network is an image tower, which gives embeddings [N, d], and classes are told apart by their directions; the
   * last layer gives the classes themselves where absent. CLIP's own are always such, of an embedding of their own.
   */
  readonly embedding?: number;
  /** Members packed into the network (Packed-Ensembles); which networks can, the error says. */
  readonly packed?: PackedOptions;
  /**
   * Pixels on each side of the images, 32 by default, of CLIP its own. Networks that keep a weight for every position (vision
   * transformers) refuse other images; others choose the first layers by it.
   */
  readonly imageSize?: number;
  /** Share of images that skip the last residual branch, rising linearly from 0 at the first; 0 by default. */
  readonly stochasticDepth?: number;
  /** Share of features that the classifier does not see; 0 by default. */
  readonly dropout?: number;
  /**
   * Where tuples arise (after G-ΔUQ, Trivedi et al., ICLR 2024): `input`, the default, of images; else of hidden values:
   * behind the `stem`, behind `stage:k`, or of the `features`. Which of them a network has, its error says.
   */
  readonly anchorAt?: string;
}

/** The model with its training's random factors in hand. */
export const withNoise = (model: Model, noise: Arrays): Model =>
  Object.keys(noise).length === 0
    ? model
    : {
        ...model,
        apply: (params, state, images, mode, more) => model.apply(params, state, images, mode, { ...noise, ...more }),
      };

/** The model that runs in another mode, and with noise, wherever it is asked to predict. */
export const predictingIn = (model: Model, mode: Mode, noise?: Arrays): Model =>
  withPasses(
    model,
    (pass) => (params, state, x, asked, more) =>
      asked === "predict" ? pass(params, state, x, mode, noise) : pass(params, state, x, asked, more),
  );

/** The model whose BatchNorms normalise by the images of all ranks wherever it is trained. */
export const synchronized = (model: Model, ranks: number): Model =>
  withPasses(
    model,
    (pass) => (params, state, x, asked, noise) => pass(params, state, x, asked === "train" ? { ranks } : asked, noise),
  );

function withPasses(model: Model, change: <Given extends string>(pass: Pass<Given>) => Pass<Given>): Model {
  const { encode, features, trunk, apply } = model;
  return {
    ...model,
    encode: change(encode),
    features: change(features),
    trunk: change(trunk),
    apply: change(apply),
  };
}

/** A training step's factors for `count` images, by name. */
export function drawNoise({ noise = {} }: Pick<Network, "noise">, count: number, random: Random): HostArrays {
  return Object.fromEntries(
    Object.entries(noise).map(([name, { rate, shape }]) => {
      const factors = HostArray.zeros([count, ...shape]);
      for (let i = 0; i < factors.data.length; i++) factors.data[i] = random.uniform() < rate ? 0 : 1 / (1 - rate);
      return [name, factors];
    }),
  );
}
