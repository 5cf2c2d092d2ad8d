import { numpy as np } from "@jax-js/jax";
import { type Random, UserError } from "../../core/index.ts";
import { layerNorm } from "../layers/layer-norm.ts";
import { patchEmbedding, patchesAcross } from "../layers/patch-embedding.ts";
import { variables } from "../layers/variables.ts";
import type { Model } from "../model.ts";
import { modelOf } from "../model-of.ts";
import { type Activation, EPSILON, type TransformerSize, transformer } from "./transformer.ts";

export interface ClipImageSize extends TransformerSize {
  /** Pixels on each side of an image. */
  readonly imageSize: number;
  readonly patch: number;
}

/**
 * CLIP's vision transformer, images [N, C, H, W] → [N, d], under OpenAI's names `visual.…`: what is read of the class token
 * after the last block, normalised, times `visual.proj` [D, d], its last layer. Unlike other vision transformers it normalises
 * before the first block too, and its patches have no bias.
 */
export function clipImageTower(
  name: string,
  { imageSize, patch, ...size }: ClipImageSize,
  {
    channels,
    embedding,
    activation,
  }: { readonly channels: number; readonly embedding: number; readonly activation: Activation },
): Model {
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
  return modelOf({
    name,
    stemWeight: "visual.conv1.weight",
    layers: [patches, positions, before, blocks, after],
    head: { ...projection, apply: ({ params }, features) => np.matmul(features, params["visual.proj"]) },
    featureCount: width,
    tokens: {
      count: tokens,
      width,
      heads: size.heads,
      classToken: true,
      layers: blocks.blocks.map((_, i) => ({ name: `visual.transformer.resblocks.${i}`, after: i + 3 })),
    },
    stem(params, images) {
      const [, , h, w] = images.shape;
      if (h !== imageSize || w !== imageSize)
        throw new UserError(`${name}: images are ${h}×${w}, its positions are for ${imageSize}×${imageSize}`);
      return patches.project(params, images);
    },
    steps: [
      ({ params }, embedded) => {
        const classToken = np.reshape(params["visual.class_embedding"], [1, 1, width]);
        const first = np.broadcastTo(classToken, [embedded.shape[0], 1, width]);
        return np.add(np.concatenate([first, embedded], 1), params["visual.positional_embedding"]);
      },
      before.apply,
      ...blocks.blocks.map(({ apply }) => apply),
      // Normalising token by token, only the one that is read has to be.
      (scope, encoded) => after.apply(scope, np.reshape(np.split(encoded, [1], 1)[0], [-1, width])),
    ],
  });
}
