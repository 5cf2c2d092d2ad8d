import { availableParallelism } from "node:os";
import { type Images, UserError } from "../core/index.ts";
import { inParallel, selectImages } from "../core/internal.ts";
import { decodeImage } from "./decode.ts";
import type { ResolvedOptions } from "./entry.ts";

/** An image file that cannot be read. */
export interface BadImage {
  readonly path: string;
  /** In words, without the path. */
  readonly reason: string;
  /** Whether an earlier load found it. */
  readonly known: boolean;
}

/** Files as [size, size, 3] bytes each, as far as they can be read. */
export interface Decoded {
  /** [N] */
  readonly images: Images;
  /** [N] index of each image's file in the list that was given. */
  readonly rows: readonly number[];
  readonly bad: readonly BadImage[];
}

/** Decodes files of one split, named `label` where progress is shown. */
export type Decoder = (paths: readonly string[], label: string) => Promise<Decoded>;

/** The image, or why there is none; sharp decodes in threads of its own. */
export async function decodeOrReason(path: string, size: number): Promise<Uint8Array | string> {
  try {
    return await decodeImage(path, size);
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
  async (paths, label) => {
    const shape = { height: size, width: size, channels: 3 };
    const bytesPerImage = size * size * 3;
    const images = new Uint8Array(paths.length * bytesPerImage);
    const reasons = new Map<number, string>();
    let done = 0;
    await inParallel(paths, IN_FLIGHT, async (path, i) => {
      const decoded = await decodeOrReason(path, size);
      if (typeof decoded === "string") reasons.set(i, decoded);
      else images.set(decoded, i * bytesPerImage);
      onProgress?.({ label, done: ++done, total: paths.length, unit: "images" });
    });
    const rows = Array.from(paths.keys()).filter((i) => !reasons.has(i));
    const bad = [...reasons].sort(([a], [b]) => a - b).map(([i, reason]) => ({ path: paths[i], reason, known: false }));
    return { images: bad.length > 0 ? selectImages({ images, ...shape }, rows) : images, rows, bad };
  };
