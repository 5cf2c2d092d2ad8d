import type { numpy as np } from "@jax-js/jax";
import { HostArray, type HostArrays, type Listener } from "../../core/index.ts";
import { inBatches } from "../../core/internal.ts";
import type { TextTokenizer } from "../../data/index.ts";
import type { Device } from "../../engine/index.ts";
import { compileByShape } from "../../engine/internal.ts";
import { type Arrays, type DualEncoder, ofUnitLength, type Tower, type Variables } from "../../models/index.ts";
import { imagePoints } from "./image-points.ts";
import type { LoadedDualEncoder } from "./load-dual-encoder.ts";
import { normalizedFor } from "./show-images.ts";

export interface EmbedderOptions {
  readonly threads?: number;
  readonly device?: Device;
  /** Rows of a run of the program; the last, smaller batch is padded. Default 32. */
  readonly batchSize?: number;
}

export interface ImagePoints {
  /** [N, d] of length 1. */
  readonly points: HostArray<"float32">;
  /** [N], 0 to 1. */
  readonly agreement?: HostArray<"float32">;
}

/** A dual encoder that runs: images and texts → points [N, d] of length 1 in one space. */
export interface Embedder extends LoadedDualEncoder {
  /** @param images uint8 [size, size, C] each, as `readForDualEncoder` gives them */
  embedImages(images: readonly Uint8Array[]): Promise<HostArray<"float32">>;
  /**
   * The same, and of what is asked with several references how far these agree: [N], the length of the mean of an image's points,
   * of which its point is the direction.
   */
  pointsOfImages(images: readonly Uint8Array[]): Promise<ImagePoints>;
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
  const { encoder, params, state = {}, tokenizer, method, references } = loaded;
  const own = ownParams(encoder.image, params);
  const images = compileByShape(imagePoints(encoder, method), options);
  const texts = createTextEmbedder(encoder, tokenizer, options);
  // Of a run of the program: images × references.
  const most = Math.max(1, Math.floor((options.batchSize ?? BATCH) / (references?.shape[0] ?? 1)));
  const pointsOfImages: Embedder["pointsOfImages"] = async (given) => {
    const size = Math.min(most, given.length);
    const found = await inBatches({ count: given.length, size }, ({ rows }) => {
      const shown = normalizedFor(
        loaded,
        Array.from(rows, (row) => given[row]),
      );
      const fed = { images: shown, ...(references && { references }) };
      return images.run({ params: own, state }, fed) as Promise<ImagePoints & Record<string, HostArray<"float32">>>;
    });
    const { points = HostArray.zeros([0, encoder.embedding]), agreement } = found as Partial<ImagePoints>;
    return { points, ...(agreement && { agreement }) };
  };
  return {
    ...loaded,
    pointsOfImages,
    embedImages: async (given) => (await pointsOfImages(given)).points,
    embedTexts: (given, listener) => texts.embed({ params }, given, listener),
    async dispose() {
      await images.dispose();
      await texts.dispose();
    },
  };
}

const BATCH = 32;

/** The text tower of a dual encoder, for weights that may change. */
export function createTextEmbedder(
  { text, embedding }: Pick<DualEncoder, "text" | "embedding">,
  tokenizer: TextTokenizer,
  { batchSize = BATCH, ...options }: EmbedderOptions = {},
) {
  const programs = compileByShape(textPoints({ text }), options);
  return {
    /** Points [N, d] of length 1. */
    async embed(
      { params }: Pick<Variables, "params">,
      texts: readonly string[],
      { signal }: Pick<Listener, "signal"> = {},
    ): Promise<HostArray<"float32">> {
      const own = { params: ownParams(text, params) };
      const size = Math.min(batchSize, texts.length);
      const { points } = await inBatches({ count: texts.length, size }, async ({ rows }) => {
        signal?.throwIfAborted();
        const said = Array.from(rows, (row) => texts[row]);
        const { points } = await programs.run(own, { tokens: tokenizer.encode(said, text.context) });
        return { points: points as HostArray<"float32"> };
      });
      return HostArray.float32([texts.length, embedding], points?.data ?? []);
    },
    dispose: () => programs.dispose(),
  };
}

/** Traced: tokens int32 [N, T] → `points` [N, d] of length 1. */
export const textPoints =
  ({ text }: Pick<DualEncoder, "text">) =>
  ({ params }: { readonly params: Arrays }, { tokens }: { readonly tokens: np.Array }): Arrays => ({
    points: ofUnitLength(text.encode(params, {}, tokens, "predict").embeddings),
  });

/** Those that a tower reads. */
export const ownParams = ({ params: names }: Pick<Tower, "params">, params: HostArrays): HostArrays =>
  Object.fromEntries(names.map((name) => [name, params[name]]));
