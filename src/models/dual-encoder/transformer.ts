import { nn, numpy as np } from "@jax-js/jax";
import { attend } from "../layers/attention.ts";
import type { Layer } from "../layers/layer.ts";
import { layerNorm } from "../layers/layer-norm.ts";
import { linear } from "../layers/linear.ts";
import { gelu } from "../layers/mlp.ts";
import { allVariables, variables } from "../layers/variables.ts";

/**
 * Of a perceptron's hidden values. OpenAI's weights were trained with `quick-gelu`, x·σ(1.702·x), most others with the exact
 * `gelu`; no shape tells which, and the wrong one costs accuracy without an error.
 */
export const activations = {
  "quick-gelu": (x: np.Array) => np.multiply(x.ref, nn.sigmoid(np.multiply(x, 1.702))),
  gelu,
} as const satisfies Record<string, (x: np.Array) => np.Array>;

export type Activation = keyof typeof activations;

/**
 * What `activation` may be.
 * @example
 * console.log(activationNames.join(" | "));
 */
export const activationNames = Object.keys(activations) as Activation[];

export interface TransformerSize {
  readonly width: number;
  readonly depth: number;
  readonly heads: number;
  /** Of a perceptron's hidden values; four times the width by default. */
  readonly hidden?: number;
}

/** PyTorch's default, in place of timm's 1e-6. */
export const EPSILON = 1e-5;
const MLP_RATIO = 4;

/**
 * CLIP's blocks one after the other, tokens [N, T, D] → the same, under OpenAI's names `name.resblocks.0.attn.in_proj_weight`, …
 * Init as OpenAI's `initialize_parameters` draws the text tower's.
 * @param causal whether a token sees only itself and those before it
 */
export function transformer(
  name: string,
  { width, depth, heads, hidden = MLP_RATIO * width }: TransformerSize,
  { activation, causal }: { readonly activation: Activation; readonly causal: boolean },
): Layer & { readonly blocks: readonly Layer[] } {
  const blocks = Array.from({ length: depth }, (_, i) => {
    const block = `${name}.resblocks.${i}`;
    const outputStd = width ** -0.5 * (2 * depth) ** -0.5;
    const norm1 = layerNorm(`${block}.ln_1`, width, { epsilon: EPSILON });
    const attention = packedAttention(`${block}.attn`, { width, heads, causal, outputStd });
    const norm2 = layerNorm(`${block}.ln_2`, width, { epsilon: EPSILON });
    const fc = linear(`${block}.mlp.c_fc`, width, hidden, { std: (2 * width) ** -0.5 });
    const proj = linear(`${block}.mlp.c_proj`, hidden, width, { std: outputStd });
    const layer: Layer = {
      ...allVariables([norm1, attention, norm2, fc, proj]),
      apply(scope, x) {
        const attended = np.add(x.ref, attention.apply(scope, norm1.apply(scope, x)));
        const active = activations[activation](fc.apply(scope, norm2.apply(scope, attended.ref)));
        return np.add(attended, proj.apply(scope, active));
      },
    };
    return layer;
  });
  return {
    ...allVariables(blocks),
    blocks,
    apply: (scope, x) => blocks.reduce((value, block) => block.apply(scope, value), x),
  };
}

interface PackedAttentionOptions {
  readonly width: number;
  readonly heads: number;
  readonly causal: boolean;
  readonly outputStd: number;
}

/** PyTorch's `MultiheadAttention` of a token with all: the three projections are `name.in_proj_weight` [3·D, D]. */
function packedAttention(name: string, { width, heads, causal, outputStd }: PackedAttentionOptions): Layer {
  const input = variables([
    { name: `${name}.in_proj_weight`, shape: [3 * width, width], start: (random) => width ** -0.5 * random.normal() },
    { name: `${name}.in_proj_bias`, shape: [3 * width], role: "bias" },
  ]);
  const output = linear(`${name}.out_proj`, width, width, { std: outputStd });
  return {
    ...allVariables([input, output]),
    apply(scope, x) {
      const [n, tokens] = x.shape;
      const weight = np.transpose(scope.params[`${name}.in_proj_weight`], [1, 0]);
      const product = np.matmul(np.reshape(x, [n * tokens, width]), weight);
      const projected = np.reshape(np.add(product, scope.params[`${name}.in_proj_bias`]), [n, tokens, 3 * width]);
      return output.apply(scope, attend(scope, projected, heads, causal ? causalMask(tokens) : undefined));
    },
  };
}

/** [T, T]: 0 where a token may look, at itself and those before it, −∞ elsewhere. */
const causalMask = (tokens: number): np.Array =>
  np.array(
    Array.from({ length: tokens }, (_, row) =>
      Array.from({ length: tokens }, (_, column) => (column > row ? Number.NEGATIVE_INFINITY : 0)),
    ),
  );
