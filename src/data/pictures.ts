import { availableParallelism } from "node:os";
import { join } from "node:path";
import { type Image, type ImageSet, permutation, Random, UserError } from "../core/index.ts";
import { inParallel } from "../core/internal.ts";
import { sha256 } from "../files/internal.ts";
import { type ImageShape, matchImages } from "./convert.ts";
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
 * @example
 * const { images: squares, sha256 } = await readPictures("fractals", { side: 32, channels: 3 });
 */
export async function readPictures(
  folder: string,
  { side, channels }: { readonly side: number; readonly channels: number },
): Promise<Pictures> {
  const size = side * side * channels;
  const bytes = await decodePictures(folder, listPictures(folder).paths, side, channels);
  const images = Array.from({ length: bytes.length / size }, (_, i): Image => {
    return { height: side, width: side, channels, data: bytes.subarray(i * size, (i + 1) * size) };
  });
  return { images, sha256: sha256(bytes) };
}

/**
 * `count` of the pictures in a folder and those below it, always the same ones, in the shape of `like`, as a set named
 * `<name>/pictures` of one class: images that a model should not know. A notice tells how many files are left out.
 * @throws UserError as `readPictures`
 */
export async function pictureSet(
  name: string,
  folder: string,
  like: ImageShape,
  { count, onNotice }: { readonly count: number; readonly onNotice?: (line: string) => void },
): Promise<ImageSet> {
  const { paths, others } = listPictures(folder);
  if (others.length > 0)
    onNotice?.(
      `${folder}: left out ${others.length} of ${paths.length + others.length} files, which are none of ${readableFormats} (${countedByKind(others)})`,
    );
  const rows = permutation(paths.length, new Random("foreign images", name)).slice(0, count).sort();
  const side = Math.max(like.height, like.width);
  const images = await decodePictures(
    folder,
    Array.from(rows, (row) => paths[row]),
    side,
    like.channels,
  );
  const set = { images, height: side, width: side, channels: like.channels };
  return matchImages(
    { name: `${name}/pictures`, ...set, labels: new Int32Array(rows.length), classNames: [name] },
    like,
  );
}

function listPictures(folder: string): { paths: string[]; others: readonly string[] } {
  const { images, others } = listImages(folder);
  if (images.length === 0)
    throw new UserError(
      `${folder}: no pictures in it, nor in the folders below it, that are ${readableFormats}${others.length > 0 ? `, but ${countedByKind(others)}` : ""}`,
    );
  return { paths: images.map((name) => join(folder, name)), others };
}

/** [N, side, side, channels], in shared memory. */
async function decodePictures(
  folder: string,
  paths: readonly string[],
  side: number,
  channels: number,
): Promise<Uint8Array<SharedArrayBuffer>> {
  const size = side * side * channels;
  if (paths.length * size > MOST_BYTES)
    throw new UserError(
      `${folder}: ${paths.length} pictures of ${side}×${side} pixels fill more than 1 GiB of memory; use at most ${Math.floor(MOST_BYTES / size)}`,
    );
  const bytes = new Uint8Array(new SharedArrayBuffer(paths.length * size));
  await inParallel(paths, 2 * availableParallelism(), async (path, i) => {
    bytes.set(await decodeImage(path, side, channels), i * size);
  });
  return bytes;
}
