import type { numpy as np } from "@jax-js/jax";
import type { Layer } from "../layers/layer.ts";
import { linear } from "../layers/linear.ts";
import { gelu } from "../layers/mlp.ts";
import { allVariables } from "../layers/variables.ts";
import { chooseTokens, type TokenRule } from "../tokens/rules.ts";
import { takeTokens } from "../tokens/take.ts";
import type { Connector, ConnectorOptions, CreateConnector } from "./connector.ts";

/**
 * LLaVA-1.5's `mlp2x_gelu` (Liu et al. 2023), [N, K, D] → [N, K, language width]: a linear layer, GELU and another, numbered
 * from `first` as modules of a `Sequential`.
 */
export function projection(name: string, first: number, { tower, languageWidth }: ConnectorOptions): Layer {
  const inner = linear(`${name}.${first}`, tower.width, languageWidth);
  const outer = linear(`${name}.${first + 2}`, languageWidth, languageWidth);
  return {
    ...allVariables([inner, outer]),
    apply: (scope, x) => outer.apply(scope, gelu(inner.apply(scope, x))),
  };
}

/** Tokens that a count stands for: the class token's besides. */
export const withClassToken = ({ tower, count }: ConnectorOptions): number => count + Number(tower.classToken);

/** The tokens that a rule chooses, [N, K + 1, D]. */
export const chosenTokens =
  (rule: TokenRule, { tower, count }: ConnectorOptions) =>
  (seen: Parameters<Connector["apply"]>[1]): np.Array =>
    takeTokens(seen.hidden.ref, chooseTokens(seen, { rule, count, classToken: tower.classToken }));

/** Tokens found in the image as they are, projected one by one. */
export const projected =
  (
    find: (options: ConnectorOptions) => (seen: Parameters<Connector["apply"]>[1]) => np.Array,
    outputs = withClassToken,
  ): CreateConnector =>
  (name, options) => {
    const project = projection(name, 0, options);
    const found = find(options);
    return { ...project, outputs: outputs(options), apply: (scope, seen) => project.apply(scope, found(seen)) };
  };
