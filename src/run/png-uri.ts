import sharp from "sharp";
import type { ImageSet } from "../core/index.ts";

const LARGEST_SIDE = 96;

/** An image [H, W, C] as a PNG in a data URI, shrunk where a side is longer than 96 px. */
export async function pngUri(
  { height, width, channels }: Pick<ImageSet, "height" | "width" | "channels">,
  pixels: Uint8Array,
): Promise<string> {
  const png = await sharp(pixels, { raw: { height, width, channels: channels as 1 | 3 } })
    .resize({ width: LARGEST_SIDE, height: LARGEST_SIDE, fit: "inside", withoutEnlargement: true })
    .png({ compressionLevel: 9 })
    .toBuffer();
  return `data:image/png;base64,${png.toString("base64")}`;
}
