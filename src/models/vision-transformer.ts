import { numpy as np } from "@jax-js/jax";
import { HostArray, type HostArrays, UserError } from "../core/index.ts";
import { attention } from "./layers/attention.ts";
import type { Layer } from "./layers/layer.ts";
import { layerNorm } from "./layers/layer-norm.ts";
import { linear } from "./layers/linear.ts";
import { mlp } from "./layers/mlp.ts";
import { patchEmbedding } from "./layers/patch-embedding.ts";
import { type Model, type ModelOptions, modelOf } from "./model.ts";

interface Variant {
  readonly patch: number;
  readonly width: number;
  readonly depth: number;
  readonly heads: number;
}

/** timm cuts its normal at ±2, a hundred deviations: nowhere. */
const STD = 0.02;
const MLP_RATIO = 4;
const DEFAULT_IMAGE_SIZE = 32;

/** ViT-Ti (Touvron et al. 2021, table 1) at half its depth, for small images: 32×32 gives 64 tokens. */
export const vitTinyPatch4Depth6 = (options: ModelOptions) =>
  visionTransformer("vit-tiny-patch4-depth6", { patch: 4, width: 192, depth: 6, heads: 3 }, options);

/**
 * Dosovitskiy et al. 2021 with the mean of the tokens in place of a class token; names, initialisation and the norm
 * after the mean as timm's `VisionTransformer(global_pool="avg", class_token=False)`.
 * @throws RangeError for an image size that patches don't fill.
 */
function visionTransformer(
  name: string,
  { patch, width, depth, heads }: Variant,
  { inputChannels, classes, imageSize = DEFAULT_IMAGE_SIZE }: ModelOptions,
): Model {
  if (imageSize % patch !== 0)
    throw new RangeError(`${name}: imageSize is ${imageSize}; patches of ${patch} pixels must fill it`);
  const tokens = (imageSize / patch) ** 2;
  const embedding = patchEmbedding("patch_embed.proj", inputChannels, width, patch);
  const blocks = Array.from({ length: depth }, (_, i) => transformerBlock(`blocks.${i}`, width, heads));
  const finalNorm = layerNorm("fc_norm", width);
  const head = linear("head", width, classes, { std: STD });

  return modelOf({
    name,
    stemWeight: "patch_embed.proj.weight",
    init(random) {
      const params: HostArrays = {};
      const positions = HostArray.zeros([1, tokens, width]);
      for (let i = 0; i < positions.data.length; i++) positions.data[i] = STD * random.normal();
      params.pos_embed = positions;
      for (const layer of [embedding, ...blocks, finalNorm, head]) layer.init(random, params, {});
      return { params, state: {} };
    },
    stem(params, images) {
      const [, , h, w] = images.shape;
      if (h !== imageSize || w !== imageSize)
        throw new UserError(`${name}: images are ${h}×${w}, its positions are for ${imageSize}×${imageSize}`);
      return embedding.project(params, images);
    },
    trunk(params, state, features, mode) {
      const scope = { params, state, moved: {}, mode };
      let x = np.add(embedding.addBias(params, features), params.pos_embed);
      for (const block of blocks) x = block.apply(scope, x);
      return { logits: head.apply(scope, finalNorm.apply(scope, np.mean(x, 1))), state };
    },
  });
}

/** x + attention(norm(x)), then the same with a perceptron. */
function transformerBlock(name: string, width: number, heads: number): Layer {
  const norm1 = layerNorm(`${name}.norm1`, width);
  const attend = attention(`${name}.attn`, width, heads, STD);
  const norm2 = layerNorm(`${name}.norm2`, width);
  const perceptron = mlp(`${name}.mlp`, width, MLP_RATIO * width, STD);
  return {
    init(random, params, state) {
      for (const layer of [norm1, attend, norm2, perceptron]) layer.init(random, params, state);
    },
    apply(scope, x) {
      const attended = np.add(x.ref, attend.apply(scope, norm1.apply(scope, x)));
      return np.add(attended.ref, perceptron.apply(scope, norm2.apply(scope, attended)));
    },
  };
}
