import sharp from "sharp";
import type { Image } from "./corruption.ts";

/** An image as a JPEG of libjpeg's `quality` holds it, by libvips. The page in the browser has its own: src/web/jpeg-codec.ts. */
export async function throughJpeg({ height, width, channels, data }: Image, quality: number): Promise<Image> {
  const encoded = await sharp(data, { raw: { height, width, channels: channels as 1 | 3 } })
    .jpeg({ quality, chromaSubsampling: "4:2:0", mozjpeg: false, optimiseCoding: false })
    .toBuffer();
  const decoded = sharp(encoded).toColourspace(channels === 1 ? "b-w" : "srgb");
  return { height, width, channels, data: new Uint8Array(await decoded.raw({ depth: "uchar" }).toBuffer()) };
}
