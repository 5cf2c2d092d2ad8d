import { readFileSync } from "node:fs";
import { nn, numpy as np } from "@jax-js/jax";
import { HostArray, type HostArrays, Random, sizeOf } from "../../core/index.ts";
import type { Shapes } from "../layers/variables.ts";
import type { Arrays } from "../model.ts";
import type { ClipSize } from "./clip.ts";
import type { DualEncoder } from "./dual-encoder.ts";
import type { Activation } from "./transformer.ts";

interface Outputs {
  readonly image: number[][];
  readonly text: number[][];
  readonly logits: number[][];
}

/** What PyTorch makes of made weights, by fixtures/make-clip-logits.py. */
export const fixture: {
  readonly size: ClipSize;
  readonly texts: number[][];
  readonly images: number;
  readonly outputs: Readonly<Record<Activation, Outputs>>;
} = JSON.parse(readFileSync(new URL("./fixtures/clip-logits.json", import.meta.url), "utf8"));

/** A pair of towers as small as jax-js can bear, of all that CLIP's have. */
export const tinySize = fixture.size;

/** In [−1/2, 1/2), seeded by a name, as the fixture's script draws them. */
function madeNumbers(name: string, count: number): Float64Array {
  let state = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) state = Math.imul(state ^ byte, 0x01000193);
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
}

const made = (name: string, shape: readonly number[], of: (value: number) => number): HostArray<"float32"> =>
  HostArray.float32(shape, Float32Array.from(madeNumbers(name, sizeOf(shape)), of));

/** The fixture's weights, under OpenAI's names. */
export const madeWeights = (shapes: Shapes): HostArrays =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      if (name === "logit_scale") return [name, HostArray.float32([], [2.5])];
      const isNorm = /(^|\.)ln_\w+\.weight$/.test(name);
      return [name, made(name, shape, (value) => (isNorm ? 1 + 0.2 * value : 0.5 * value))];
    }),
  );

/** The fixture's images, normalised, and texts. */
export const madeInputs = () => ({
  images: made("images", [fixture.images, 3, 16, 16], (value) => 4 * value),
  texts: new HostArray("int32", [fixture.texts.length, 8], Int32Array.from(fixture.texts.flat())),
});

/** Rows as an array. */
export const rows = (values: readonly (readonly number[])[]): HostArray<"float32"> =>
  HostArray.float32([values.length, values[0].length], values.flat());

/** Texts of the tiny size, int32 [N, 8]: a start, words, the end (39), padding of 0 or, as some have it, of the end. */
export function tinyTexts(count: number): HostArray<"int32"> {
  const random = new Random("texts", count);
  const ids = new Int32Array(count * 8);
  for (let n = 0; n < count; n++) {
    const words = 1 + (n % 6);
    const own = [38, ...Array.from({ length: words }, () => 1 + Math.floor(37 * random.uniform())), 39];
    ids.set([...own, ...new Array(8 - own.length).fill(n % 2 ? 39 : 0)], n * 8);
  }
  return new HostArray("int32", [count, 8], ids);
}

/** exp(logit scale) times cosines of images [N, C, H, W] and texts int32 [M, T]: [N, M]. */
export function logitsOf(encoder: DualEncoder, params: Arrays, images: np.Array, texts: np.Array): np.Array {
  const [image, text] = [
    encoder.image.encode(params, {}, images, "train").embeddings,
    encoder.text.encode(params, {}, texts, "train").embeddings,
  ].map((embeddings) => np.divide(embeddings.ref, np.sqrt(np.sum(np.square(embeddings), -1, { keepdims: true }))));
  return np.multiply(np.matmul(image, np.transpose(text, [1, 0])), np.exp(params[encoder.logitScale]));
}

/** CLIP's loss of pairs, up to a constant: the mean of −log softmax at the diagonal, over texts and over images. */
export function pairLoss(encoder: DualEncoder, params: Arrays, images: np.Array, texts: np.Array): np.Array {
  const logits = logitsOf(encoder, params, images, texts);
  const count = images.shape[0];
  const own = np.eye(count);
  const both = np.add(nn.logSoftmax(logits.ref, 0), nn.logSoftmax(logits, 1));
  return np.negative(np.divide(np.sum(np.multiply(both, own)), 2 * count));
}
