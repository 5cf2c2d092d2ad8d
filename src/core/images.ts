import type { ImageSet } from "./image-set.ts";

/** What a file of images is made of; plain data, so that a thread can be handed it. */
export interface StoredImagesParts {
  readonly path: string;
  /** H · W · C. */
  readonly bytesPerImage: number;
  /** [N] place in the file of each row, in images. */
  readonly places: Int32Array;
}

/** Images of one size that do not lie in memory; `ImageFile` of `anchored-vision/files` is what there is. */
export interface StoredImages extends StoredImagesParts {
  /** Of all images, in bytes. */
  readonly length: number;
  /** A copy of one image, [H, W, C]. */
  read(row: number): Uint8Array;
  /** The images at `rows`, in that order. */
  select(rows: ArrayLike<number>): StoredImages;
  /** What follows from these images alone: computed once and kept beside them. */
  remember<T>(what: string, compute: () => T): T;
}

/** Images of one size, uint8 [N, H, W, C] row-major: in memory, or in a file where they are too many. */
export type Images = Uint8Array | StoredImages;

type Shaped = Pick<ImageSet, "images" | "height" | "width" | "channels">;

const bytesPerImage = ({ height, width, channels }: Shaped): number => height * width * channels;

/**
 * One image's bytes, [H, W, C]; not to be written to. @throws RangeError for a row that is not there
 * @example
 * const pixels = imageAt(images, 0); // uint8 [height, width, channels]
 * console.log(pixels.length === images.height * images.width * images.channels);
 */
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

/** Images as a thread can be handed them: nothing but memory that is shared, or the name of a file. */
export type SharedImages = Uint8Array | StoredImagesParts;

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
