import type { numpy as np } from "@jax-js/jax";
import { HostArray, type Listener } from "../../core/index.ts";
import { inBatches } from "../../core/internal.ts";
import type { TextTokenizer } from "../../data/index.ts";
import type { Device } from "../../engine/index.ts";
import { compileByShape } from "../../engine/internal.ts";
import { type Arrays, type DualEncoder, ofUnitLength, type Tower, type Variables } from "../../models/index.ts";
import type { LoadedDualEncoder } from "./load-dual-encoder.ts";
import { normalizedFor } from "./show-images.ts";

export interface EmbedderOptions {
  readonly threads?: number;
  readonly device?: Device;
  /** Rows of a run of the program; the last, smaller batch is padded. Default 32. */
  readonly batchSize?: number;
}

/** A dual encoder that runs: images and texts → points [N, d] of length 1 in one space. */
export interface Embedder extends LoadedDualEncoder {
  /** @param images as `readForDualEncoder` gives them */
  embedImages(images: readonly Uint8Array[]): Promise<HostArray<"float32">>;
  /** @throws the reason of the signal, where that ends it between batches */
  embedTexts(texts: readonly string[], listener?: Pick<Listener, "signal">): Promise<HostArray<"float32">>;
  dispose(): Promise<void>;
}

/**
 * Compiles both towers where they are first used.
 * @example
 * const embedder = createEmbedder(loadDualEncoder("clip"));
 * const { shape } = await embedder.embedTexts(["a photo of a cat", "a photo of a dog"]); // [2, 512]
 * await embedder.dispose();
 */
export function createEmbedder(loaded: LoadedDualEncoder, options: EmbedderOptions = {}): Embedder {
  const { encoder, params, state = {}, tokenizer } = loaded;
  const images = towerEmbedder(encoder.image, encoder.embedding, options);
  const texts = createTextEmbedder(encoder, tokenizer, options);
  return {
    ...loaded,
    embedImages: (given) =>
      images.embed({ params, state }, given.length, (rows) =>
        normalizedFor(
          loaded,
          Array.from(rows, (row) => given[row]),
        ),
      ),
    embedTexts: (given, listener) => texts.embed({ params, state: {} }, given, listener),
    async dispose() {
      await images.dispose();
      await texts.dispose();
    },
  };
}

/** The text tower of a dual encoder, for weights that may change. */
export function createTextEmbedder(
  { text, embedding }: Pick<DualEncoder, "text" | "embedding">,
  tokenizer: TextTokenizer,
  options: EmbedderOptions = {},
) {
  const tower = towerEmbedder(text, embedding, options);
  return {
    /** Points [N, d] of length 1. */
    embed: (weights: Variables, texts: readonly string[], listener?: Pick<Listener, "signal">) =>
      tower.embed(
        { ...weights, state: {} },
        texts.length,
        (rows) =>
          tokenizer.encode(
            Array.from(rows, (row) => texts[row]),
            text.context,
          ),
        listener,
      ),
    dispose: () => tower.dispose(),
  };
}

/** A tower that is compiled where it is first used. */
function towerEmbedder(tower: Tower, embedding: number, { batchSize = 32, ...options }: EmbedderOptions) {
  const programs = compileByShape(pointsOf(tower), options);
  return {
    async embed(
      { params, state }: Variables,
      count: number,
      batchOf: (rows: Int32Array) => HostArray,
      { signal }: Pick<Listener, "signal"> = {},
    ): Promise<HostArray<"float32">> {
      const own = { params: Object.fromEntries(tower.params.map((name) => [name, params[name]])), state };
      const size = Math.min(batchSize, count);
      const { points } = await inBatches({ count, size }, async ({ rows }) => {
        signal?.throwIfAborted();
        return { points: (await programs.run(own, { x: batchOf(rows) })) as HostArray<"float32"> };
      });
      return HostArray.float32([count, embedding], points?.data ?? []);
    },
    dispose: () => programs.dispose(),
  };
}

/** What a tower makes of its inputs, divided by its length. */
const pointsOf =
  ({ encode }: Tower) =>
  ({ params, state }: { readonly params: Arrays; readonly state: Arrays }, { x }: { readonly x: np.Array }) =>
    ofUnitLength(encode(params, state, x, "predict").embeddings);
