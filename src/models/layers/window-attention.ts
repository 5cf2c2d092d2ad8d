import { nn, numpy as np } from "@jax-js/jax";
import type { Layer } from "./layer.ts";
import { linear } from "./linear.ts";
import { allVariables, variables } from "./variables.ts";

/** Hidden units of the perceptron that gives the position bias. */
const BIAS_HIDDEN = 512;
/** Its largest value. */
const BIAS_SCALE = 16;
/** Of the learned factor of cosine similarities: it starts at 10 and is held below 100. */
const LOG_SCALE = Math.log(10);
const LARGEST_LOG_SCALE = Math.log(100);
/** Added to the similarity of tokens that only the shift has brought together. */
const APART = -100;
const NORM_EPSILON = 1e-12;

export interface WindowAttentionOptions {
  readonly width: number;
  readonly heads: number;
  /** Tokens on a side of the whole image, a multiple of `window`. */
  readonly resolution: number;
  /** Tokens on a side of a window. */
  readonly window: number;
  /** Tokens by which windows are shifted up and left; 0: not at all. */
  readonly shift: number;
  /** Of the initial weights. */
  readonly std: number;
}

/**
 * Attention within windows of tokens [N, H, W, D] → [N, H, W, D], as Swin Transformer V2 (Liu et al. 2022, sections 3.2
 * and 3.3): scaled cosine similarity plus a bias that a small perceptron reads from log-spaced relative positions. Names
 * as timm's: `name.qkv.weight`, `name.q_bias`, `name.v_bias`, `name.logit_scale`, `name.cpb_mlp.{0,2}`, `name.proj`.
 * @example
 * const layer = windowAttention("layers.0.attn", { width: 96, heads: 3, resolution: 8, window: 4, shift: 0, std: 0.02 });
 */
export function windowAttention(
  name: string,
  { width, heads, resolution, window, shift, std }: WindowAttentionOptions,
): Layer {
  const qkv = linear(`${name}.qkv`, width, 3 * width, { std, bias: false });
  const proj = linear(`${name}.proj`, width, width, { std });
  const bias1 = linear(`${name}.cpb_mlp.0`, 2, BIAS_HIDDEN, { std });
  const bias2 = linear(`${name}.cpb_mlp.2`, BIAS_HIDDEN, heads, { std, bias: false });
  const ofPositions = allVariables([bias1, bias2]);
  const own = allVariables([
    qkv,
    proj,
    ofPositions,
    variables([
      { name: `${name}.q_bias`, shape: [width], role: "bias" },
      { name: `${name}.v_bias`, shape: [width], role: "bias" },
      { name: `${name}.logit_scale`, shape: [heads, 1, 1], start: LOG_SCALE, role: "embedding" },
    ]),
  ]);
  const headWidth = width / heads;
  const tokens = window * window;
  const side = resolution / window;
  const positions = relativePositions(window);
  const apart = shift > 0 ? shiftMask(resolution, window, shift) : undefined;

  const partition = (x: np.Array): np.Array =>
    np.reshape(np.transpose(np.reshape(x, [-1, side, window, side, window, width]), [0, 1, 3, 2, 4, 5]), [
      -1,
      tokens,
      width,
    ]);
  const unpartition = (x: np.Array): np.Array =>
    np.reshape(np.transpose(np.reshape(x, [-1, side, side, window, window, width]), [0, 1, 3, 2, 4, 5]), [
      -1,
      resolution,
      resolution,
      width,
    ]);
  const shifted = (x: np.Array, by: number): np.Array =>
    [1, 2].reduce((value, axis) => np.concatenate(np.split(value, [by], axis).reverse(), axis), x);
  const perHead = (x: np.Array, columns: boolean): np.Array =>
    np.transpose(np.reshape(x, [-1, tokens, heads, headWidth]), columns ? [0, 2, 3, 1] : [0, 2, 1, 3]);
  const unit = (x: np.Array, axis: number): np.Array =>
    np.multiply(x.ref, np.reciprocal(np.sqrt(np.add(np.sum(np.square(x), axis, { keepdims: true }), NORM_EPSILON))));

  return {
    ...own,
    // What positions are made of, too: neither decayed nor orthogonalised.
    embeddings: [...own.embeddings, ...Object.keys(ofPositions.shapes.params)],
    apply(scope, x) {
      const { params } = scope;
      const windows = partition(shift > 0 ? shifted(x, shift) : x);
      const [q, k, v] = np.split(qkv.apply(scope, windows), 3, -1);
      const queries = unit(perHead(np.add(q, params[`${name}.q_bias`]), false), -1);
      const keys = unit(perHead(k, true), -2);
      const values = perHead(np.add(v, params[`${name}.v_bias`]), false);
      const scale = np.exp(np.minimum(params[`${name}.logit_scale`], LARGEST_LOG_SCALE));
      const read = bias2.apply(scope, nn.relu(bias1.apply(scope, np.array(positions, { shape: [tokens ** 2, 2] }))));
      const bias = np.transpose(
        np.reshape(np.multiply(nn.sigmoid(read), BIAS_SCALE), [tokens, tokens, heads]),
        [2, 0, 1],
      );
      let similarity = np.add(np.multiply(np.matmul(queries, keys), scale), bias);
      if (apart) {
        const mask = np.array(apart, { shape: [1, side * side, 1, tokens, tokens] });
        const byImage = np.reshape(similarity, [-1, side * side, heads, tokens, tokens]);
        similarity = np.reshape(np.add(byImage, mask), [-1, heads, tokens, tokens]);
      }
      const mixed = np.transpose(np.matmul(nn.softmax(similarity, -1), values), [0, 2, 1, 3]);
      const merged = unpartition(proj.apply(scope, np.reshape(mixed, [-1, tokens, width])));
      return shift > 0 ? shifted(merged, resolution - shift) : merged;
    },
  };
}

/** For every pair of tokens of a window, [T·T, 2], equation 4: ±log₂(1 + |8·Δ / (window − 1)|) / 3 by row and column. */
export function relativePositions(window: number): Float32Array<ArrayBuffer> {
  const tokens = window * window;
  const spaced = (delta: number): number => {
    const scaled = (8 * delta) / Math.max(1, window - 1);
    return (Math.sign(scaled) * Math.log2(1 + Math.abs(scaled))) / 3;
  };
  const positions = new Float32Array(tokens * tokens * 2);
  let at = 0;
  for (let query = 0; query < tokens; query++)
    for (let key = 0; key < tokens; key++) {
      positions[at++] = spaced(Math.floor(query / window) - Math.floor(key / window));
      positions[at++] = spaced((query % window) - (key % window));
    }
  return positions;
}

/**
 * [windows, T, T], what is added to similarities after a shift: 0 for tokens that are neighbours in the image, −100 for
 * those that the shift has carried over from the other end (Liu et al. 2021, figure 4).
 */
export function shiftMask(resolution: number, window: number, shift: number): Float32Array<ArrayBuffer> {
  const tokens = window * window;
  const side = resolution / window;
  // The last `shift` rows came from the top; the window they are in holds rows of the bottom too.
  const region = (at: number): number => (at < resolution - window ? 0 : at < resolution - shift ? 1 : 2);
  const mask = new Float32Array(side * side * tokens * tokens);
  let at = 0;
  for (let w = 0; w < side * side; w++) {
    const regionOf = (token: number): number =>
      3 * region(Math.floor(w / side) * window + Math.floor(token / window)) +
      region((w % side) * window + (token % window));
    for (let query = 0; query < tokens; query++)
      for (let key = 0; key < tokens; key++) mask[at++] = regionOf(query) === regionOf(key) ? 0 : APART;
  }
  return mask;
}
