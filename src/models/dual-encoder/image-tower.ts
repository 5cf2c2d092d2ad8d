import { numpy as np } from "@jax-js/jax";
import { type Random, UserError } from "../../core/index.ts";
import type { Layer } from "../layers/layer.ts";
import { layerNorm } from "../layers/layer-norm.ts";
import { patchEmbedding, patchesAcross } from "../layers/patch-embedding.ts";
import { allVariables, variables } from "../layers/variables.ts";
import { type Activation, EPSILON, type TransformerSize, transformer } from "./transformer.ts";

export interface ClipImageSize extends TransformerSize {
  /** Pixels on each side of an image. */
  readonly imageSize: number;
  readonly patch: number;
}

/**
 * CLIP's vision transformer, images [N, C, H, W] → [N, d], under OpenAI's names `visual.…`: what is read of the class token
 * after the last block, normalised, times `visual.proj` [D, d]. Unlike other vision transformers it normalises before the
 * first block too, and its patches have no bias.
 */
export function clipImageTower(
  name: string,
  { imageSize, patch, ...size }: ClipImageSize,
  {
    channels,
    embedding,
    activation,
  }: { readonly channels: number; readonly embedding: number; readonly activation: Activation },
): Layer {
  const { width } = size;
  const scaled = (random: Random) => width ** -0.5 * random.normal();
  const patches = patchEmbedding("visual.conv1", channels, width, patch, { bias: false });
  const tokens = patchesAcross(name, imageSize, patch) ** 2 + 1;
  const positions = variables([
    { name: "visual.class_embedding", shape: [width], start: scaled, role: "embedding" },
    { name: "visual.positional_embedding", shape: [tokens, width], start: scaled, role: "embedding" },
  ]);
  const before = layerNorm("visual.ln_pre", width, { epsilon: EPSILON });
  const blocks = transformer("visual.transformer", size, { activation, causal: false });
  const after = layerNorm("visual.ln_post", width, { epsilon: EPSILON });
  const projection = variables([{ name: "visual.proj", shape: [width, embedding], start: scaled }]);
  return {
    ...allVariables([patches, positions, before, blocks, after, projection]),
    apply(scope, images) {
      const [n, , h, w] = images.shape;
      if (h !== imageSize || w !== imageSize)
        throw new UserError(`${name}: images are ${h}×${w}, its positions are for ${imageSize}×${imageSize}`);
      const { params } = scope;
      const classToken = np.broadcastTo(np.reshape(params["visual.class_embedding"], [1, 1, width]), [n, 1, width]);
      const embedded = np.concatenate([classToken, patches.apply(scope, images)], 1);
      const placed = np.add(embedded, params["visual.positional_embedding"]);
      const encoded = blocks.apply(scope, before.apply(scope, placed));
      // Normalising token by token, only the one that is read has to be.
      const read = np.reshape(np.split(encoded, [1], 1)[0], [n, width]);
      return np.matmul(after.apply(scope, read), params["visual.proj"]);
    },
  };
}
