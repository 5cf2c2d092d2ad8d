import { numpy as np } from "@jax-js/jax";
import { type Random, UserError } from "../../core/index.ts";
import type { Layer } from "../layers/layer.ts";
import { layerNorm } from "../layers/layer-norm.ts";
import { allVariables, variables } from "../layers/variables.ts";
import { type Activation, EPSILON, type TransformerSize, transformer } from "./transformer.ts";

export interface ClipTextSize extends TransformerSize {
  /** T: tokens of a text, padding included. */
  readonly context: number;
  /** Ids are 0 to one less; the greatest ends a text. */
  readonly vocabulary: number;
}

/**
 * CLIP's text transformer, tokens int32 [N, T] → [N, d], under OpenAI's names: what is read at the first token of the greatest
 * id, which ends the text, normalised, times `text_projection` [D, d]. Padding behind it needs no mask: no token sees those
 * after it.
 */
export function clipTextTower(
  name: string,
  { context, vocabulary, ...size }: ClipTextSize,
  { embedding, activation }: { readonly embedding: number; readonly activation: Activation },
): Layer {
  const { width } = size;
  const ofDeviation = (std: number) => (random: Random) => std * random.normal();
  const inputs = variables([
    { name: "token_embedding.weight", shape: [vocabulary, width], start: ofDeviation(0.02), role: "embedding" },
    { name: "positional_embedding", shape: [context, width], start: ofDeviation(0.01), role: "embedding" },
  ]);
  const blocks = transformer("transformer", size, { activation, causal: true });
  const after = layerNorm("ln_final", width, { epsilon: EPSILON });
  const projection = variables([
    { name: "text_projection", shape: [width, embedding], start: ofDeviation(width ** -0.5) },
  ]);
  return {
    ...allVariables([inputs, blocks, after, projection]),
    apply(scope, tokens) {
      const [n, length] = tokens.shape;
      if (length !== context)
        throw new UserError(`${name}: texts are of ${length} tokens, its positions are for ${context}`);
      const { params } = scope;
      const end = np.argmax(tokens.ref, 1);
      const embedded = np.take(params["token_embedding.weight"], tokens, 0);
      const encoded = blocks.apply(scope, np.add(embedded, params.positional_embedding));
      // A product with 0s and a 1 instead of rows by their numbers, which a file for any N could not hold.
      const isEnd = np.equal(np.arange(0, length, 1, { dtype: np.int32 }), np.expandDims(end, 1));
      const one = np.reshape(np.astype(isEnd, np.float32), [n, 1, length]);
      // Normalising token by token, only the one that is read has to be.
      const read = np.squeeze(np.matmul(one, encoded), 1);
      return np.matmul(after.apply(scope, read), params.text_projection);
    },
  };
}
