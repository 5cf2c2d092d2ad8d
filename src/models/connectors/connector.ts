import type { numpy as np } from "@jax-js/jax";
import type { Scope } from "../layers/layer.ts";
import type { LayerVariables } from "../layers/variables.ts";
import type { SeenTokens } from "../tokens/rules.ts";
import type { Tokens } from "../tokens/tokens.ts";

export interface ConnectorOptions {
  /** Of the vision transformer whose tokens it reads. */
  readonly tower: Pick<Tokens, "count" | "width" | "heads" | "classToken">;
  /** K: tokens it gives, besides the class token's where there is one. */
  readonly count: number;
  /** Of its outputs: a language model's tokens. */
  readonly languageWidth: number;
  /** Layers of those that gather: 6 by default, and 3 on each side of the pooling for `c-abstractor`. */
  readonly depth?: number;
  /** Of the attention of those that gather; 8 by default. */
  readonly heads?: number;
  /** Numbers of a head of it; 64 by default. */
  readonly headWidth?: number;
}

/** What turns tokens of an image into tokens of a language model. */
export interface Connector extends LayerVariables {
  /** Tokens that it gives. */
  readonly outputs: number;
  /** Traced: of a layer of the tower, tokens [N, outputs, language width]. Leaves what it is given alive. */
  apply(scope: Scope, seen: SeenTokens): np.Array;
}

/** Makes a connector whose parameters' names begin with `name`. */
export type CreateConnector = (name: string, options: ConnectorOptions) => Connector;
