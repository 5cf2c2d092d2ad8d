import { nn, numpy as np } from "@jax-js/jax";
import type { Scope } from "../layers/layer.ts";
import { layerNorm } from "../layers/layer-norm.ts";
import { linear } from "../layers/linear.ts";
import { gelu } from "../layers/mlp.ts";
import { allVariables, type LayerVariables } from "../layers/variables.ts";
import type { Connector, ConnectorOptions, CreateConnector } from "./connector.ts";
import { projection, withClassToken } from "./projection.ts";

/** PyTorch's default. */
const EPSILON = 1e-5;
const MLP_RATIO = 4;
const [DEPTH, HEADS, HEAD_WIDTH] = [6, 8, 64];
const withoutBias = { bias: false } as const;

interface Gathering extends LayerVariables {
  /** Queries [N, Q, D] and all tokens [N, T, D] → [N, Q, D]. Consumes the queries, leaves the tokens alive. */
  apply(scope: Scope, queries: np.Array, tokens: np.Array): np.Array;
}

/**
 * Tokens that gather from all others, as AcFormer's `PerceiverResampler` (Liu et al., NeurIPS 2024, section 3.3) after Flamingo's
 * (Alayrac et al., NeurIPS 2022): per layer Q += attention(norm(Q), norm(V)), Q += perceptron(norm(Q)). Unlike Flamingo's,
 * queries are no keys.
 */
function resampler(
  name: string,
  { tower: { width }, depth = DEPTH, heads = HEADS, headWidth = HEAD_WIDTH }: ConnectorOptions,
): Gathering {
  const inner = heads * headWidth;
  const layers = Array.from({ length: depth }, (_, i) => gatheringLayer(`${name}.layers.${i}`, width, heads, inner));
  const norm = layerNorm(`${name}.norm`, width, { epsilon: EPSILON });
  return {
    ...allVariables([...layers, norm]),
    apply: (scope, queries, tokens) =>
      norm.apply(
        scope,
        layers.reduce((value, layer) => layer.apply(scope, value, tokens), queries),
      ),
  };
}

function gatheringLayer(name: string, width: number, heads: number, inner: number): Gathering {
  const normMedia = layerNorm(`${name}.0.norm_media`, width, { epsilon: EPSILON });
  const normLatents = layerNorm(`${name}.0.norm_latents`, width, { epsilon: EPSILON });
  const toQuery = linear(`${name}.0.to_q`, width, inner, withoutBias);
  const toKeysAndValues = linear(`${name}.0.to_kv`, width, 2 * inner, withoutBias);
  const toOut = linear(`${name}.0.to_out`, inner, width, withoutBias);
  const norm = layerNorm(`${name}.1.0`, width, { epsilon: EPSILON });
  const fc1 = linear(`${name}.1.1`, width, MLP_RATIO * width, withoutBias);
  const fc2 = linear(`${name}.1.3`, MLP_RATIO * width, width, withoutBias);
  const byHead = (x: np.Array, order: number[]) =>
    np.transpose(np.reshape(x, [x.shape[0], x.shape[1], heads, inner / heads]), order);
  return {
    ...allVariables([normMedia, normLatents, toQuery, toKeysAndValues, toOut, norm, fc1, fc2]),
    apply(scope, queries, tokens) {
      const [n, count] = queries.shape;
      const q = toQuery.apply(scope, normLatents.apply(scope, queries.ref));
      const [k, v] = np.split(toKeysAndValues.apply(scope, normMedia.apply(scope, tokens.ref)), 2, -1);
      const scaled = np.multiply(byHead(q, [0, 2, 1, 3]), (inner / heads) ** -0.5);
      const weights = nn.softmax(np.matmul(scaled, byHead(k, [0, 2, 3, 1])), -1);
      const mixed = np.transpose(np.matmul(weights, byHead(v, [0, 2, 1, 3])), [0, 2, 1, 3]);
      const gathered = np.add(queries, toOut.apply(scope, np.reshape(mixed, [n, count, inner])));
      return np.add(gathered.ref, fc2.apply(scope, gelu(fc1.apply(scope, norm.apply(scope, gathered)))));
    },
  };
}

/** Where queries come from: parameters of their own, if any, and what they are, [N, Q, D]. */
export interface Queries {
  readonly variables?: LayerVariables;
  find(scope: Scope, seen: Parameters<Connector["apply"]>[1]): np.Array;
}

/** Queries that gather from all tokens, the class token among them; then a projection. Modules 0, 1 and 3 of `name`. */
export const gathering =
  (queriesOf: (name: string, options: ConnectorOptions) => Queries): CreateConnector =>
  (name, options) => {
    const gather = resampler(`${name}.0`, options);
    const project = projection(name, 1, options);
    const { variables, find } = queriesOf(`${name}.0`, options);
    return {
      ...allVariables([...(variables ? [variables] : []), gather, project]),
      outputs: withClassToken(options),
      apply: (scope, seen) => project.apply(scope, gather.apply(scope, find(scope, seen), seen.hidden)),
    };
  };
