import { numpy as np } from "@jax-js/jax";
import { HostArray, type Listener } from "../../core/index.ts";
import { inBatches } from "../../core/internal.ts";
import type { Device } from "../../engine/index.ts";
import { compileByShape } from "../../engine/internal.ts";
import type { Arrays, Tower } from "../../models/index.ts";
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
export function createEmbedder(
  loaded: LoadedDualEncoder,
  { batchSize = 32, ...options }: EmbedderOptions = {},
): Embedder {
  const { encoder, params, tokenizer } = loaded;
  const [image, text] = [encoder.image, encoder.text].map((tower) => ({
    own: Object.fromEntries(tower.params.map((name) => [name, params[name]])),
    programs: compileByShape(pointsOf(tower), options),
  }));
  const embed = async (
    { own, programs }: typeof image,
    count: number,
    batchOf: (rows: Int32Array) => HostArray,
    signal?: AbortSignal,
  ): Promise<HostArray<"float32">> => {
    const size = Math.min(batchSize, count);
    const { points } = await inBatches({ count, size }, async ({ rows }) => {
      signal?.throwIfAborted();
      return { points: (await programs.run(own, { x: batchOf(rows) })) as HostArray<"float32"> };
    });
    return HostArray.float32([count, encoder.embedding], points?.data ?? []);
  };
  return {
    ...loaded,
    embedImages: (images) =>
      embed(image, images.length, (rows) =>
        normalizedFor(
          loaded,
          Array.from(rows, (row) => images[row]),
        ),
      ),
    embedTexts: (texts, { signal } = {}) =>
      embed(
        text,
        texts.length,
        (rows) =>
          tokenizer.encode(
            Array.from(rows, (row) => texts[row]),
            encoder.text.context,
          ),
        signal,
      ),
    async dispose() {
      await image.programs.dispose();
      await text.programs.dispose();
    },
  };
}

/** What a tower makes of its inputs, divided by its length. */
const pointsOf =
  ({ encode }: Tower) =>
  (params: Arrays, { x }: { readonly x: np.Array }) => {
    const { embeddings } = encode(params, {}, x, "predict");
    const length = np.sqrt(np.sum(np.square(embeddings.ref), -1, { keepdims: true }));
    return np.divide(embeddings, length);
  };
