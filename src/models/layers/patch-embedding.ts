import { numpy as np } from "@jax-js/jax";
import type { Random } from "../../core/index.ts";
import type { Arrays } from "../model.ts";
import type { Layer } from "./layer.ts";
import { type VariableSpec, variables } from "./variables.ts";

/** Patches along a side of an image of `imageSize` pixels. @throws RangeError where they don't fill it. */
export function patchesAcross(model: string, imageSize: number, patch: number): number {
  if (imageSize % patch !== 0)
    throw new RangeError(`${model}: imageSize is ${imageSize}; patches of ${patch} pixels must fill it`);
  return imageSize / patch;
}

/**
 * Images [N, C, H, W] → a token for every patch, [N, (H/p)·(W/p), D], row by row (Dosovitskiy et al. 2021, equation 1).
 * Patches don't overlap, so the convolution `name.weight` [D, C, p, p] with stride p is a matrix product. Init: weight
 * and bias, where it has one (the default), uniform in ±1/√(C·p²), PyTorch's `Conv2d`, which timm leaves as it is.
 * @example
 * const layer = patchEmbedding("patch_embed.proj", 3, 192, 4);
 * const tokens = layer.apply(scope, x); // images [N, 3, H, W] → [N, T, 192]
 */
export function patchEmbedding(
  name: string,
  inputs: number,
  width: number,
  patch: number,
  { bias = true }: { readonly bias?: boolean } = {},
): Layer & {
  /** Without the bias, for as many channels as the weight has. */
  project(params: Arrays, x: np.Array): np.Array;
  addBias(params: Arrays, tokens: np.Array): np.Array;
} {
  const project = (params: Arrays, x: np.Array): np.Array => {
    const [n, channels, height, widthOfImage] = x.shape;
    const [rows, columns] = [height / patch, widthOfImage / patch];
    const values = channels * patch * patch;
    const patches = np.transpose(np.reshape(x, [n, channels, rows, patch, columns, patch]), [0, 2, 4, 1, 3, 5]);
    const filters = np.transpose(np.reshape(params[`${name}.weight`], [width, values]), [1, 0]);
    return np.reshape(np.matmul(np.reshape(patches, [n * rows * columns, values]), filters), [
      n,
      rows * columns,
      width,
    ]);
  };
  const addBias = (params: Arrays, tokens: np.Array) => (bias ? np.add(tokens, params[`${name}.bias`]) : tokens);
  const bound = 1 / Math.sqrt(inputs * patch * patch);
  const uniform = (random: Random) => bound * (2 * random.uniform() - 1);
  const weight: VariableSpec = { name: `${name}.weight`, shape: [width, inputs, patch, patch], start: uniform };
  const added: VariableSpec = { name: `${name}.bias`, shape: [width], start: uniform, role: "bias" };
  return {
    ...variables(bias ? [weight, added] : [weight]),
    apply: ({ params }, x) => addBias(params, project(params, x)),
    project,
    addBias,
  };
}
