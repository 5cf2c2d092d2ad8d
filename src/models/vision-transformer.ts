import { numpy as np } from "@jax-js/jax";
import { UserError } from "../core/index.ts";
import { tuplePlace } from "./anchor-point.ts";
import { DEFAULT_IMAGE_SIZE, isPhotograph } from "./image-stem.ts";
import { attention } from "./layers/attention.ts";
import { type Drop, depthRate, dropout, dropPath, noiseOf } from "./layers/drop.ts";
import type { Layer } from "./layers/layer.ts";
import { layerNorm } from "./layers/layer-norm.ts";
import { linear } from "./layers/linear.ts";
import { mlp } from "./layers/mlp.ts";
import { patchEmbedding, patchesAcross } from "./layers/patch-embedding.ts";
import { allVariables, variables } from "./layers/variables.ts";
import type { Model, ModelOptions } from "./model.ts";
import { modelOf, type Step } from "./model-of.ts";

export interface VisionTransformerVariant {
  readonly patch: number;
  readonly width: number;
  readonly depth: number;
  readonly heads: number;
  /** Whether a token of its own is read for the class, as published; else the mean of all. */
  readonly classToken?: boolean;
}

/** timm cuts its normal at ±2, a hundred deviations: nowhere. */
const STD = 0.02;
const MLP_RATIO = 4;

/** ViT-Ti (Touvron et al. 2021, table 1) at half its depth, for small images: 32×32 gives 64 tokens. */
export const vitTinyPatch4Depth6 = (options: ModelOptions) =>
  visionTransformer("vit-tiny-patch4-depth6", { patch: 4, width: 192, depth: 6, heads: 3 }, options);

const TINY = { width: 192, depth: 12, heads: 3, classToken: true } as const;
const SMALL = { width: 384, depth: 12, heads: 6, classToken: true } as const;
const BASE = { width: 768, depth: 12, heads: 12, classToken: true } as const;

/** As published for photographs, patches of 16 pixels; for small images patches of 4. */
const published = (name: string, variant: Omit<VisionTransformerVariant, "patch">) => (options: ModelOptions) =>
  visionTransformer(name, { ...variant, patch: isPhotograph(options.imageSize) ? 16 : 4 }, options);

/** Dosovitskiy et al. 2021, table 1 (B), and the sizes of Touvron et al. 2021; timm's `vit_tiny_patch16_224`, … */
export const vitTiny = published("vit-tiny", TINY);
export const vitSmall = published("vit-small", SMALL);
export const vitBase = published("vit-base", BASE);
/** Touvron et al. 2021, table 1, without distillation: the networks of ViT-Ti and ViT-S; what differs is the recipe. */
export const deitTiny = published("deit-tiny", TINY);
export const deitSmall = published("deit-small", SMALL);

/**
 * Dosovitskiy et al. 2021 with the mean of the tokens in place of a class token; names, initialisation and the norm
 * after the mean as timm's `VisionTransformer(global_pool="avg", class_token=False)`; with `classToken` as its default.
 * @throws RangeError for an image size that patches don't fill.
 */
export function visionTransformer(
  name: string,
  { patch, width, depth, heads, classToken = false }: VisionTransformerVariant,
  {
    inputChannels,
    classes,
    imageSize = DEFAULT_IMAGE_SIZE,
    stochasticDepth = 0,
    dropout: dropRate = 0,
    anchorAt,
  }: ModelOptions,
): Model {
  const tokens = patchesAcross(name, imageSize, patch) ** 2 + Number(classToken);
  const positions = variables([
    ...(classToken ? [{ name: "cls_token", shape: [1, 1, width], role: "embedding" } as const] : []),
    { name: "pos_embed", shape: [1, tokens, width], start: (random) => STD * random.normal(), role: "embedding" },
  ]);
  const embedding = patchEmbedding("patch_embed.proj", inputChannels, width, patch);
  const blocks = Array.from({ length: depth }, (_, i) =>
    transformerBlock(`blocks.${i}`, width, heads, depthRate(stochasticDepth, i, depth)),
  );
  const finalNorm = layerNorm(classToken ? "norm" : "fc_norm", width);
  const headDrop = dropout("head_drop", dropRate, width);
  const tuples = tuplePlace(name, { inputChannels, anchorAt }, { steps: depth + 2 });
  const head = linear("head", tuples.inputs(depth + 2, width), classes, { std: STD });

  return modelOf({
    name,
    stemWeight: "patch_embed.proj.weight",
    noise: noiseOf([...blocks.flatMap(({ drops }) => drops), headDrop]),
    layers: [positions, embedding, ...blocks, finalNorm],
    head,
    stem(params, images) {
      const [, , h, w] = images.shape;
      if (h !== imageSize || w !== imageSize)
        throw new UserError(`${name}: images are ${h}×${w}, its positions are for ${imageSize}×${imageSize}`);
      return embedding.project(params, images);
    },
    steps: [
      ({ params }, stemmed) => {
        const embedded = embedding.addBias(params, stemmed);
        const first = classToken && np.broadcastTo(params.cls_token, [embedded.shape[0], 1, width]);
        return np.add(first ? np.concatenate([first, embedded], 1) : embedded, params.pos_embed);
      },
      ...blocks.map(({ apply }): Step => apply),
      (scope, x) => {
        // Normalising token by token, only the one that is read has to be.
        const read = classToken ? np.reshape(np.split(x, [1], 1)[0], [-1, width]) : np.mean(x, 1);
        return headDrop.apply(scope, finalNorm.apply(scope, read));
      },
    ],
    tuples,
    tokens: {
      count: tokens,
      width,
      heads,
      classToken,
      layers: blocks.map((_, i) => ({ name: `blocks.${i}`, after: i + 2 })),
    },
  });
}

/** x + attention(norm(x)), then the same with a perceptron. */
function transformerBlock(name: string, width: number, heads: number, dropRate: number): Layer & { drops: Drop[] } {
  const norm1 = layerNorm(`${name}.norm1`, width);
  const attend = attention(`${name}.attn`, width, heads, STD);
  const norm2 = layerNorm(`${name}.norm2`, width);
  const perceptron = mlp(`${name}.mlp`, width, MLP_RATIO * width, STD);
  const [drop1, drop2] = [1, 2].map((i) => dropPath(`${name}.drop_path${i}`, dropRate));
  return {
    drops: [drop1, drop2],
    ...allVariables([norm1, attend, norm2, perceptron]),
    apply(scope, x) {
      const attended = np.add(x.ref, drop1.apply(scope, attend.apply(scope, norm1.apply(scope, x))));
      return np.add(attended.ref, drop2.apply(scope, perceptron.apply(scope, norm2.apply(scope, attended))));
    },
  };
}
