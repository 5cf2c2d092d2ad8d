import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { type Image, inParallel, UserError } from "../core/index.ts";
import { decodeImage } from "./decode.ts";
import { countedByKind, listImages, readableFormats } from "./list-images.ts";

export interface Pictures {
  /** Squares of one size, in shared memory, in the order of their paths. */
  readonly images: readonly Image[];
  /** SHA-256 of their bytes. */
  readonly sha256: string;
}

/** Bytes that are kept in memory at most. */
const MOST_BYTES = 2 ** 30;

/**
 * All pictures in a folder and those below it, without labels, as squares of `side` pixels: what PixMix mixes with.
 * @throws UserError for a folder that is missing or holds no pictures, a damaged file, or more than memory should hold
 */
export async function readPictures(
  folder: string,
  { side, channels }: { readonly side: number; readonly channels: number },
): Promise<Pictures> {
  const { images: names, others } = listImages(folder);
  if (names.length === 0)
    throw new UserError(
      `${folder}: no pictures in it, nor in the folders below it, that are ${readableFormats}${others.length > 0 ? `, but ${countedByKind(others)}` : ""}`,
    );
  const paths = names.map((name) => join(folder, name));
  const size = side * side * channels;
  if (paths.length * size > MOST_BYTES)
    throw new UserError(
      `${folder}: ${paths.length} pictures of ${side}×${side} pixels fill more than 1 GiB of memory; use at most ${Math.floor(MOST_BYTES / size)}`,
    );
  const bytes = new Uint8Array(new SharedArrayBuffer(paths.length * size));
  await inParallel(paths, 2 * availableParallelism(), async (path, i) => {
    bytes.set(await decodeImage(path, side, channels), i * size);
  });
  const images = paths.map((_, i): Image => {
    return { height: side, width: side, channels, data: bytes.subarray(i * size, (i + 1) * size) };
  });
  return { images, sha256: createHash("sha256").update(bytes).digest("hex") };
}
