import { type Decoder, memoryDecoder } from "./decode-set.ts";
import type { ResolvedOptions } from "./entry.ts";
import { diskDecoder } from "./image-cache.ts";

/** The most that is decoded into memory, in bytes; larger folders are decoded to disk. */
const MOST_IN_MEMORY = 2 ** 30;

/**
 * How the image files below `root` are to be decoded: to disk where they are asked to be, or are too many for memory.
 * @param imageSize pixels
 */
export function decoderFor(
  root: string,
  images: number,
  imageSize: number,
  options: Pick<ResolvedOptions, "stream" | "dataDir" | "onProgress" | "onNotice">,
): Decoder {
  return options.stream || images * imageSize * imageSize * 3 > MOST_IN_MEMORY
    ? diskDecoder(root, imageSize, options)
    : memoryDecoder(imageSize, options.onProgress);
}
