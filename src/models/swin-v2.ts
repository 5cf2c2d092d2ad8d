import { numpy as np } from "@jax-js/jax";
import { UserError } from "../core/index.ts";
import { tuplePlace } from "./anchor-point.ts";
import { DEFAULT_IMAGE_SIZE, isPhotograph } from "./image-stem.ts";
import { type Drop, depthRate, dropout, dropPath, noiseOf } from "./layers/drop.ts";
import type { Layer } from "./layers/layer.ts";
import { layerNorm } from "./layers/layer-norm.ts";
import { linear } from "./layers/linear.ts";
import { mlp } from "./layers/mlp.ts";
import { patchEmbedding, patchesAcross } from "./layers/patch-embedding.ts";
import { allVariables } from "./layers/variables.ts";
import { type WindowAttentionOptions, windowAttention } from "./layers/window-attention.ts";
import type { Model, ModelOptions } from "./model.ts";
import { modelOf, type Step } from "./model-of.ts";

export interface SwinVariant {
  /** Of the first stage; each later one doubles it. */
  readonly width: number;
  /** Blocks of each stage. */
  readonly depths: readonly number[];
  readonly heads: readonly number[];
}

const STD = 0.02;
const MLP_RATIO = 4;
const LARGEST_WINDOW = 8;
/** PyTorch's own, as timm has it here. */
const NORM = { epsilon: 1e-5 };

/** Liu et al. 2022, section 4.1; timm's `swinv2_{tiny,small,base}_window8_256`. */
export const swinV2Tiny = (options: ModelOptions) =>
  swinV2("swinv2-tiny", { width: 96, depths: [2, 2, 6, 2], heads: [3, 6, 12, 24] }, options);
export const swinV2Small = (options: ModelOptions) =>
  swinV2("swinv2-small", { width: 96, depths: [2, 2, 18, 2], heads: [3, 6, 12, 24] }, options);
export const swinV2Base = (options: ModelOptions) =>
  swinV2("swinv2-base", { width: 128, depths: [2, 2, 18, 2], heads: [4, 8, 16, 32] }, options);

/**
 * Names and initialisation as timm's `SwinTransformerV2`. Photographs are cut into patches of 4 pixels, small images of 2;
 * windows are the largest of up to 8 tokens a side that tile every stage (256 pixels: 8; 224 pixels: 7, as timm's with
 * `window_size=7`). Where nothing is left to halve evenly, zeros fill up.
 * @throws RangeError for an image size that patches don't fill.
 */
export function swinV2(
  name: string,
  { width, depths, heads }: SwinVariant,
  {
    inputChannels,
    classes,
    imageSize = DEFAULT_IMAGE_SIZE,
    stochasticDepth = 0,
    dropout: dropRate = 0,
    anchorAt,
  }: ModelOptions,
): Model {
  const patch = isPhotograph(imageSize) ? 4 : 2;
  const embedding = patchEmbedding("patch_embed.proj", inputChannels, width, patch);
  const embeddingNorm = layerNorm("patch_embed.norm", width, NORM);
  const count = depths.reduce((sum, depth) => sum + depth, 0);
  let index = 0;
  const firstResolution = patchesAcross(name, imageSize, patch);
  let resolution = firstResolution;
  const windows = windowSizes(depths.map((_, stage) => Math.ceil(firstResolution / 2 ** stage)));
  const layers: (Layer & { readonly drops: readonly Drop[] })[] = [];
  for (const [stage, depth] of depths.entries()) {
    const channels = width * 2 ** stage;
    if (stage > 0) {
      layers.push(patchMerging(`layers.${stage}.downsample`, channels / 2));
      resolution = Math.ceil(resolution / 2);
    }
    const window = windows[stage];
    for (let i = 0; i < depth; i++) {
      const shift = i % 2 === 1 && window < resolution ? Math.floor(window / 2) : 0;
      const options = { width: channels, heads: heads[stage], resolution, window, shift, std: STD };
      layers.push(swinBlock(`layers.${stage}.blocks.${i}`, options, depthRate(stochasticDepth, index++, count)));
    }
  }
  const features = width * 2 ** (depths.length - 1);
  const finalNorm = layerNorm("norm", features, NORM);
  const headDrop = dropout("head_drop", dropRate, features);
  const tuples = tuplePlace(name, { inputChannels, anchorAt }, { steps: layers.length + 2 });
  const head = linear("head.fc", tuples.inputs(layers.length + 2, features), classes, { std: STD });

  return modelOf({
    name,
    stemWeight: "patch_embed.proj.weight",
    noise: noiseOf([...layers.flatMap(({ drops }) => drops), headDrop]),
    layers: [embedding, embeddingNorm, ...layers, finalNorm],
    head,
    stem(params, images) {
      const [, , h, w] = images.shape;
      if (h !== imageSize || w !== imageSize)
        throw new UserError(`${name}: images are ${h}×${w}, its windows are for ${imageSize}×${imageSize}`);
      return embedding.project(params, images);
    },
    steps: [
      (scope, projected) => {
        const tokens = embeddingNorm.apply(scope, embedding.addBias(scope.params, projected));
        return np.reshape(tokens, [-1, firstResolution, firstResolution, width]);
      },
      ...layers.map(({ apply }): Step => apply),
      (scope, x) => headDrop.apply(scope, np.mean(finalNorm.apply(scope, x), [1, 2])),
    ],
    tuples,
  });
}

/** x + norm(attention(x)), then the same with a perceptron; the norms start at 0, so that blocks start as identities. */
function swinBlock(
  name: string,
  options: WindowAttentionOptions,
  dropRate: number,
): Layer & { readonly drops: readonly Drop[] } {
  const { width } = options;
  const attend = windowAttention(`${name}.attn`, options);
  const norm1 = layerNorm(`${name}.norm1`, width, { ...NORM, start: 0 });
  const perceptron = mlp(`${name}.mlp`, width, MLP_RATIO * width, STD);
  const norm2 = layerNorm(`${name}.norm2`, width, { ...NORM, start: 0 });
  const [drop1, drop2] = [1, 2].map((i) => dropPath(`${name}.drop_path${i}`, dropRate));
  return {
    drops: [drop1, drop2],
    ...allVariables([attend, norm1, perceptron, norm2]),
    apply(scope, x) {
      const attended = np.add(x.ref, drop1.apply(scope, norm1.apply(scope, attend.apply(scope, x))));
      return np.add(attended.ref, drop2.apply(scope, norm2.apply(scope, perceptron.apply(scope, attended))));
    },
  };
}

/** Four neighbours become one token: [N, H, W, D] → [N, ⌈H/2⌉, ⌈W/2⌉, 2·D], `name.reduction`, then `name.norm`. */
function patchMerging(name: string, width: number): Layer & { readonly drops: readonly Drop[] } {
  const reduction = linear(`${name}.reduction`, 4 * width, 2 * width, { std: STD, bias: false });
  const norm = layerNorm(`${name}.norm`, 2 * width, NORM);
  return {
    drops: [],
    ...allVariables([reduction, norm]),
    apply(scope, x) {
      const [, height, columns] = x.shape;
      const even =
        height % 2 || columns % 2
          ? np.pad(x, [
              [0, 0],
              [0, height % 2],
              [0, columns % 2],
              [0, 0],
            ])
          : x;
      const [n, rows, cols] = even.shape;
      // timm's order: the neighbour below before the one to the right.
      const neighbours = np.transpose(np.reshape(even, [n, rows / 2, 2, cols / 2, 2, width]), [0, 1, 3, 4, 2, 5]);
      return norm.apply(scope, reduction.apply(scope, np.reshape(neighbours, [n, rows / 2, cols / 2, 4 * width])));
    },
  };
}

/** Of each stage: one for all, the whole of those that are smaller; where none above 1 tiles all, each its own. */
function windowSizes(resolutions: readonly number[]): number[] {
  for (let window = LARGEST_WINDOW; window > 1; window--)
    if (resolutions.every((resolution) => resolution <= window || resolution % window === 0))
      return resolutions.map((resolution) => Math.min(resolution, window));
  return resolutions.map((resolution) => largestDivisor(resolution, LARGEST_WINDOW));
}

function largestDivisor(value: number, limit: number): number {
  let divisor = Math.min(value, limit);
  while (value % divisor !== 0) divisor--;
  return divisor;
}
