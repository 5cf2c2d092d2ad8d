import { availableParallelism } from "node:os";
import { type Images, UserError } from "../core/index.ts";
import { inParallel, selectImages } from "../core/internal.ts";
import { decodeImage } from "./decode.ts";
import type { ResolvedOptions } from "./entry.ts";
import type { ImageSource } from "./image-source.ts";

/** An image that cannot be read. */
export interface BadImage {
  readonly path: string;
  /** In words, without the path. */
  readonly reason: string;
  /** Whether an earlier load found it. */
  readonly known: boolean;
}

/** Images as [size, size, 3] bytes each, as far as they can be read. */
export interface Decoded {
  /** [N] */
  readonly images: Images;
  /** [N] index of each image's source in the list that was given. */
  readonly rows: readonly number[];
  readonly bad: readonly BadImage[];
}

/** Decodes images of one split, named `label` where progress is shown. */
export type Decoder = (sources: readonly ImageSource[], label: string) => Promise<Decoded>;

/** The image, or why there is none; sharp decodes in threads of its own. */
export async function decodeOrReason(source: ImageSource, size: number): Promise<Uint8Array | string> {
  const { path } = source;
  try {
    return await decodeImage(await source.read(), size, 3, path);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.message.slice(path.length + 2);
  }
}

/** So many that all cores decode while files are being read. */
export const IN_FLIGHT = 2 * availableParallelism();

/** All images in memory. */
export const memoryDecoder =
  (size: number, onProgress: ResolvedOptions["onProgress"]): Decoder =>
  async (sources, label) => {
    const shape = { height: size, width: size, channels: 3 };
    const bytesPerImage = size * size * 3;
    const images = new Uint8Array(sources.length * bytesPerImage);
    const reasons = new Map<number, string>();
    let done = 0;
    await inParallel(sources, IN_FLIGHT, async (source, i) => {
      const decoded = await decodeOrReason(source, size);
      if (typeof decoded === "string") reasons.set(i, decoded);
      else images.set(decoded, i * bytesPerImage);
      onProgress?.({ label, done: ++done, total: sources.length, unit: "images" });
    });
    const rows = Array.from(sources.keys()).filter((i) => !reasons.has(i));
    const bad = [...reasons]
      .sort(([a], [b]) => a - b)
      .map(([i, reason]) => ({ path: sources[i].path, reason, known: false }));
    return { images: bad.length > 0 ? selectImages({ images, ...shape }, rows) : images, rows, bad };
  };
