import sharp from "sharp";
import { UserError } from "../core/index.ts";
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
  const refusal = await tiffRefusal(image);
  if (refusal) throw new UnsupportedImage(`${name}: ${refusal}`);
  try {
    const rgb = await sharp(image)
      .rotate()
      .flatten({ background: "white" })
      .resize(size, size, { fit: "cover" })
      .toColourspace("srgb")
      .removeAlpha()
      .raw({ depth: "uchar" })
      .toBuffer();
    return channels === 1 ? greyOf(rgb) : rgb;
  } catch (error) {
    const reason = (error as Error).message.split("\n")[0];
    throw new UserError(`${name}: not a readable image (${reason}); repair or remove it`);
  }
}
