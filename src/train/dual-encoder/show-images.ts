import { availableParallelism } from "node:os";
import { normalizeImages } from "../../augment/index.ts";
import { resizeBicubic } from "../../augment/internal.ts";
import { HostArray, type Image, UserError } from "../../core/index.ts";
import { inParallel, roundHalfEven } from "../../core/internal.ts";
import { decodeWholeImage } from "../../data/index.ts";
import type { LoadedDualEncoder } from "./load-dual-encoder.ts";

/** An image file by its path, or its bytes and what messages call them. */
export type ImageFileSource = string | { readonly name: string; readonly bytes: Uint8Array };

/**
 * An image at the size that a CLIP sees, byte for byte as torchvision's `Resize` (bicubic, antialiased, of Pillow images) and
 * `CenterCrop` make it: its shorter side becomes `size` pixels, then the middle is cut out.
 */
export function coverBicubic(image: Image, size: number): Image {
  const { height, width, channels } = image;
  const shorter = Math.min(height, width);
  const scaled = (side: number) => (side === shorter ? size : Math.trunc((size * side) / shorter));
  const [tall, wide] = [scaled(height), scaled(width)];
  const whole = { top: 0, left: 0, height, width };
  const resized = resizeBicubic(image, whole, { height: tall, width: wide });
  const [top, left] = [roundHalfEven((tall - size) / 2), roundHalfEven((wide - size) / 2)];
  const data = new Uint8Array(size * size * channels);
  for (let row = 0; row < size; row++) {
    const from = ((top + row) * wide + left) * channels;
    data.set(resized.data.subarray(from, from + size * channels), row * size * channels);
  }
  return { height: size, width: size, channels, data };
}

/**
 * Image files as a dual encoder sees them, uint8 [size, size, 3]; one that cannot be read is its `UserError` instead.
 * @throws UserError for a dual encoder of other channels
 * @example
 * const loaded = loadDualEncoder("clip");
 * const [cat] = await readForDualEncoder(["cat.jpg"], loaded);
 */
export async function readForDualEncoder(
  files: readonly ImageFileSource[],
  { encoder, channels }: Pick<LoadedDualEncoder, "encoder" | "channels">,
): Promise<(Uint8Array | UserError)[]> {
  if (channels !== 3)
    throw new UserError(`${encoder.name}: its images have ${channels} channels; those of files are read with 3`);
  const read = new Array<Uint8Array | UserError>(files.length);
  await inParallel(files, availableParallelism(), async (file, i) => {
    try {
      const whole = await (typeof file === "string" ? decodeWholeImage(file) : decodeWholeImage(file.bytes, file.name));
      read[i] = coverBicubic(whole, encoder.image.imageSize).data;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      read[i] = error;
    }
  });
  return read;
}

/**
 * Images uint8 [size, size, C], as `readForDualEncoder` reads them or a data set has them → float32 [N, C, size, size], normalised
 * as the weights expect it.
 */
export function normalizedFor(
  { encoder, channels, normalization }: Pick<LoadedDualEncoder, "encoder" | "channels" | "normalization">,
  images: readonly Uint8Array[],
): HostArray<"float32"> {
  const { imageSize: side } = encoder.image;
  const bytes = new Uint8Array(images.length * side * side * channels);
  for (const [i, image] of images.entries()) bytes.set(image, i * side * side * channels);
  const labels = new Int32Array(images.length);
  const set = { name: encoder.name, height: side, width: side, channels, images: bytes, labels, classNames: [] };
  return HostArray.float32(
    [images.length, channels, side, side],
    normalizeImages(set, [...images.keys()], normalization),
  );
}
