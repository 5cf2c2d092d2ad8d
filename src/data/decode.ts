import sharp, { type Sharp } from "sharp";
import { type Image, UserError } from "../core/index.ts";
import { greyOf } from "./convert.ts";
import { tiffRefusal } from "./tiff-samples.ts";

/** An image file that is whole, but holds what cannot be shown as a picture of 8 bits. */
export class UnsupportedImage extends UserError {}

/**
 * One image file, by its path or its bytes, as [size, size, C] bytes, C = 3, or 1, which is BT.601 luma as `matchImages` makes it: turned as its EXIF tag says, laid on
 * white where transparent, scaled to cover the square and cropped to its middle; of an animation the first picture.
 * `name` is what messages call it.
 * @throws UserError naming the file where it is missing, truncated or not an image; `UnsupportedImage` where it is one that
 *   would be read as another
 * @example
 * const pixels = await decodeImage("cat.jpg", 32); // uint8 [32, 32, 3]
 */
export async function decodeImage(
  image: string | Uint8Array,
  size: number,
  channels = 3,
  name = typeof image === "string" ? image : "image",
): Promise<Uint8Array> {
  const { data: rgb } = await decoded(image, name, (upright) => upright.resize(size, size, { fit: "cover" }));
  return channels === 1 ? greyOf(rgb) : rgb;
}

/**
 * As `decodeImage`, in colour, but whole and of its own size.
 * @throws as `decodeImage`
 * @example
 * const { height, width, data } = await decodeWholeImage("cat.jpg"); // uint8 [height, width, 3]
 */
export const decodeWholeImage = (
  image: string | Uint8Array,
  name = typeof image === "string" ? image : "image",
): Promise<Image> => decoded(image, name, (upright) => upright);

async function decoded(image: string | Uint8Array, name: string, resized: (upright: Sharp) => Sharp): Promise<Image> {
  const refusal = await tiffRefusal(image);
  if (refusal) throw new UnsupportedImage(`${name}: ${refusal}`);
  try {
    const { data, info } = await resized(sharp(image).rotate().flatten({ background: "white" }))
      .toColourspace("srgb")
      .removeAlpha()
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return { height: info.height, width: info.width, channels: info.channels, data };
  } catch (error) {
    const reason = (error as Error).message.split("\n")[0];
    throw new UserError(`${name}: not a readable image (${reason}); repair or remove it`);
  }
}
