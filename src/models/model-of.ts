import { numpy as np } from "@jax-js/jax";
import { type HostArrays, UserError } from "../core/index.ts";
import type { TuplePlace } from "./anchor-point.ts";
import type { Layer } from "./layers/layer.ts";
import { allVariables, type LayerVariables } from "./layers/variables.ts";
import type { Arrays, MapLevel, Model } from "./model.ts";
import { fromSteps, mapSteps, type Step, tokenSteps } from "./steps.ts";

import type { Tokens } from "./tokens/tokens.ts";

export type { Step } from "./steps.ts";

type Derived = "init" | "shapes" | "head" | "featureCount" | "biases" | "embeddings" | "classify";
type FromSteps = "encode" | "anchorPoint" | "maps" | "tokens";
type Composed = "features" | "trunk" | "apply";

/** A block, by its name, and how many steps there are until it is done. */
export interface NamedStep {
  readonly name: string;
  readonly after: number;
}

export interface ModelParts extends Omit<Model, Derived | FromSteps | Composed> {
  /** All layers but the last, in the order in which their weights are drawn. */
  readonly layers: readonly LayerVariables[];
  /** The last layer, [N, D] → [N, K]: `linear`. */
  readonly head: Layer;
  /** What lies between the first layer and the last, one after the other: the first layer's outputs [N, …] → features [N, D]. */
  readonly steps: readonly Step[];
  /** D, of a network whose last layer is not one matrix [K, D]. */
  readonly featureCount?: number;
  /** Where tuples arise, of a network that can be anchored at hidden values. */
  readonly tuples?: TuplePlace;
  /** Maps that the steps make, each after so many of them, the finest first; none where absent. */
  readonly levels?: readonly (MapLevel & { readonly after: number })[];
  /** Tokens that the steps make, and after how many of them each block's are there; none where absent. */
  readonly tokens?: Omit<Tokens, "layers" | "at"> & { readonly layers: readonly NamedStep[] };
}

/**
 * A model of its layers: what it is made of, and what each parameter is for, is what they say.
 * @example
 * const first = conv("conv1", 3, 16, { kernel: 3 });
 * const model = modelOf({
 *   name: "tiny", stemWeight: "conv1.weight", layers: [first], head: linear("fc", 16, 10),
 *   stem: (params, images) => first.apply({ params, state: {}, moved: {}, mode: "predict" }, images),
 *   steps: [(_scope, x) => np.mean(gelu(x), [2, 3])],
 * });
 */
export function modelOf({ layers, head, steps, tuples, levels, tokens, ...own }: ModelParts): Model {
  const all = allVariables([...layers, head]);
  const weight = Object.values(head.shapes.params).find((shape) => shape.length === 2);
  if (!weight) throw new TypeError(`${own.name}: the last layer has no weight [K, D]; make it with linear()`);
  return composed({
    ...own,
    ...fromSteps(steps, own.stem, tuples),
    ...(levels && tuples?.after === undefined && { maps: { levels, encode: mapSteps(steps, levels.at(-1)!.after) } }),
    ...(tokens && tuples?.after === undefined && { tokens: tokensOf(own.name, tokens, steps, own.stem) }),
    init(random) {
      const params: HostArrays = {};
      const state: HostArrays = {};
      all.init(random, params, state);
      return { params, state };
    },
    shapes: () => all.shapes,
    head: Object.keys(head.shapes.params),
    featureCount: own.featureCount ?? weight[1],
    biases: all.biases,
    embeddings: all.embeddings,
    classify: (params, features) =>
      scaled(head.apply({ params, state: {}, moved: {}, mode: "predict" }, features), own.logitScale),
  });
}

function tokensOf(
  name: string,
  { layers, ...facts }: NonNullable<ModelParts["tokens"]>,
  steps: readonly Step[],
  stem: Model["stem"],
): Tokens {
  return {
    ...facts,
    layers: layers.map((layer) => layer.name),
    at(asked) {
      const found = layers.find((layer) => layer.name === asked);
      if (found) return tokenSteps(steps.slice(0, found.after), stem);
      throw new UserError(
        `options.layer ${asked}: ${name} has ${layers.length} blocks, ${layers[0].name} to ${layers.at(-1)!.name}`,
      );
    },
  };
}

/**
 * The same network without its last layer: in place of logits it gives what they are linear in, [N, D], so that with the
 * last layer's weight W and bias b the logits are W z + b (both times the logit scale, where there is one).
 * @example
 * const encoder = withoutHead(createModel("resnet20", { inputChannels: 3, classes: 10, imageSize: 32 }));
 */
export function withoutHead(model: Model): Model {
  const { head, shapes, ...rest } = model;
  const { params, state } = shapes();
  const others = Object.fromEntries(Object.entries(params).filter(([name]) => !head.includes(name)));
  return composed({
    ...rest,
    shapes: () => ({ params: others, state }),
    head: [],
    classify: (_, features) => scaled(features, model.logitScale),
  });
}

/**
 * The same network that gives features beside logits, [N, K + D]: logits first, then what they are linear in, as
 * `withoutHead` gives it.
 */
export function withFeatures(model: Model): Model {
  return composed({
    ...model,
    classify: (params, features) =>
      np.concatenate([model.classify(params, features.ref), scaled(features, model.logitScale)], -1),
  });
}

const scaled = (values: np.Array, scale = 1): np.Array => (scale === 1 ? values : np.multiply(values, scale));

/** A model from its parts. */
export function composed(parts: Omit<Model, Composed>): Model {
  const { head, stem, encode, classify, anchorPoint } = parts;
  const trunk: Model["trunk"] = (params, state, stemmed, mode, noise) => {
    const [own, others] = parted(params, head);
    const { features, state: moved } = encode(others, state, stemmed, mode, noise);
    return { logits: classify(own, features), state: moved };
  };
  const encodeImages: Model["features"] =
    anchorPoint?.features ??
    ((params, state, images, mode, noise) => encode(params, state, stem(params, images), mode, noise));
  return {
    ...parts,
    trunk,
    features(params, state, images, mode, noise) {
      const [unused, others] = parted(params, head);
      for (const array of Object.values(unused)) array.dispose();
      return encodeImages(others, state, images, mode, noise);
    },
    apply(params, state, images, mode, noise) {
      const [own, others] = parted(params, head);
      const { features, state: moved } = encodeImages(others, state, images, mode, noise);
      return { logits: classify(own, features), state: moved };
    },
  };
}

/** Those of these names, and the rest. */
function parted(arrays: Arrays, names: readonly string[]): [Arrays, Arrays] {
  const part = (inside: boolean) =>
    Object.fromEntries(Object.entries(arrays).filter(([name]) => names.includes(name) === inside));
  return [part(true), part(false)];
}
