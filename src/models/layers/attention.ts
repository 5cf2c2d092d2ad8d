import { nn, numpy as np } from "@jax-js/jax";
import type { Layer, Scope } from "./layer.ts";
import { linear } from "./linear.ts";
import { allVariables } from "./variables.ts";

/**
 * Multi-head self-attention (Vaswani et al. 2017, section 3.2) over tokens [N, T, D] → [N, T, D]. As in timm the three
 * input projections are one, `name.qkv.weight` [3·D, D], and the output's is `name.proj`.
 * @example
 * const layer = attention("blocks.0.attn", 192, 3, 0.02);
 * const y = layer.apply(scope, x); // tokens [N, T, 192] → the same
 */
export function attention(name: string, width: number, heads: number, std: number): Layer {
  const qkv = linear(`${name}.qkv`, width, 3 * width, { std });
  const proj = linear(`${name}.proj`, width, width, { std });
  return {
    ...allVariables([qkv, proj]),
    apply: (scope, x) => proj.apply(scope, attend(scope, qkv.apply(scope, x), heads)),
  };
}

/**
 * What tokens take from one another: their queries, keys and values [N, T, 3·D], each by head → [N, T, D], before the
 * output's projection. `mask` [T, T], if given, is added to the scores of a token (row) for each other: −∞ where it must not
 * look.
 */
export function attend({ seen }: Pick<Scope, "seen">, projected: np.Array, heads: number, mask?: np.Array): np.Array {
  const [n, tokens, all] = projected.shape;
  const width = all / 3;
  const headWidth = width / heads;
  // [N, T, D] → [N, heads, …]: queries and values by token, keys as columns.
  const [q, k, v] = np
    .split(projected, 3, -1)
    .map((part, i) =>
      np.transpose(np.reshape(part, [n, tokens, heads, headWidth]), i === 1 ? [0, 2, 3, 1] : [0, 2, 1, 3]),
    );
  const scores = np.matmul(np.multiply(q, headWidth ** -0.5), k);
  const weights = nn.softmax(mask ? np.add(scores, mask) : scores, -1);
  if (seen) seen.attention = weights.ref;
  const mixed = np.transpose(np.matmul(weights, v), [0, 2, 1, 3]);
  return np.reshape(mixed, [n, tokens, width]);
}
