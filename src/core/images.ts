import { createHash } from "node:crypto";
import { ImageFile, type ImageFileParts } from "./image-file.ts";
import type { ImageSet } from "./image-set.ts";

/** Images of one size, uint8 [N, H, W, C] row-major: in memory, or in a file where they are too many. */
export type Images = Uint8Array | ImageFile;

type Shaped = Pick<ImageSet, "images" | "height" | "width" | "channels">;

const bytesPerImage = ({ height, width, channels }: Shaped): number => height * width * channels;

/** One image's bytes, [H, W, C]; not to be written to. @throws RangeError for a row that is not there */
export function imageAt(set: Shaped & { readonly name?: string }, row: number): Uint8Array {
  const { images } = set;
  const size = bytesPerImage(set);
  if (!(row >= 0 && (row + 1) * size <= images.length))
    throw new RangeError(`${set.name ?? "images"}: row ${row} of ${images.length / size} images`);
  // Never a Buffer, as files are read into: its `slice` would share the set's memory with what should be a copy.
  return images instanceof Uint8Array
    ? new Uint8Array(images.buffer, images.byteOffset + row * size, size)
    : images.read(row);
}

/** The bytes of all images in order, in pieces of whole images that memory holds. */
export function* imageBytes({ images }: Shaped): Generator<Uint8Array> {
  if (images instanceof Uint8Array) yield images;
  else for (let row = 0; row < images.places.length; row++) yield images.read(row);
}

/** The bytes of all images in memory: for sets that are known to be small. */
export function allBytes(set: Shaped): Uint8Array {
  if (set.images instanceof Uint8Array) return set.images;
  const out = new Uint8Array(set.images.length);
  let at = 0;
  for (const bytes of imageBytes(set)) {
    out.set(bytes, at);
    at += bytes.length;
  }
  return out;
}

/** The images at `rows`, in that order: a copy in memory, or another order of the same file. */
export function selectImages(set: Shaped, rows: ArrayLike<number>): Images {
  const { images } = set;
  if (!(images instanceof Uint8Array)) return images.select(rows);
  const size = bytesPerImage(set);
  const out = new Uint8Array(rows.length * size);
  for (let i = 0; i < rows.length; i++) out.set(images.subarray(rows[i] * size, (rows[i] + 1) * size), i * size);
  return out;
}

/** What follows from the images and `what` alone: for images in a file computed once and kept beside it. */
export const rememberOf = <T>({ images }: Shaped, what: string, compute: () => T): T =>
  images instanceof Uint8Array ? compute() : images.remember(what, compute);

/** SHA-256 of `prefix`, all images and labels. */
export function fingerprintOf(set: ImageSet, prefix = ""): string {
  const { buffer, byteOffset, byteLength } = set.labels;
  const labels = new Uint8Array(buffer, byteOffset, byteLength);
  const what = `sha256 ${prefix} ${createHash("sha256").update(labels).digest("hex")}`;
  return rememberOf(set, what, () => {
    const hash = createHash("sha256").update(prefix);
    for (const bytes of imageBytes(set)) hash.update(bytes);
    return hash.update(labels).digest("hex");
  });
}

/** Images as a thread can be handed them: nothing but memory that is shared, or the name of a file. */
export type SharedImages = Uint8Array | ImageFileParts;

const shared = new WeakMap<Images, SharedImages>();

/** The same images where all threads see them: a copy, made once, of bytes that lie elsewhere. */
export function shareImages(images: Images): SharedImages {
  const known = shared.get(images);
  if (known) return known;
  const made =
    images instanceof Uint8Array
      ? inSharedMemory(images)
      : { path: images.path, bytesPerImage: images.bytesPerImage, places: inSharedMemory(images.places) };
  shared.set(images, made);
  return made;
}

function inSharedMemory<T extends Uint8Array | Int32Array>(array: T): T {
  if (array.buffer instanceof SharedArrayBuffer) return array;
  const copy = new (array.constructor as new (buffer: SharedArrayBuffer) => T)(new SharedArrayBuffer(array.byteLength));
  copy.set(array);
  return copy;
}

/** In the thread: the images that were shared, to be read or, with `r+`, written to. */
export const openImages = (images: SharedImages, flags: "r" | "r+" = "r"): Images =>
  images instanceof Uint8Array ? images : new ImageFile(images.path, images.bytesPerImage, images.places, flags);
