import sharp from "sharp";
import { corruption } from "./corruption.ts";

export const jpegCompression = corruption<number>({
  name: "jpeg_compression",
  title: "JPEG compression",
  meaning: "A baseline JPEG of low quality: libjpeg's standard tables, colours at half the resolution.",
  suite: "c",
  random: false,
  /** libjpeg's quality. */
  levels: { cifar: [80, 65, 58, 50, 40], "tiny-imagenet": [65, 58, 50, 40, 25], imagenet: [25, 18, 15, 10, 7] },
  async apply({ height, width, channels, data }, quality) {
    const encoded = await sharp(data, { raw: { height, width, channels: channels as 1 | 3 } })
      .jpeg({ quality, chromaSubsampling: "4:2:0", mozjpeg: false, optimiseCoding: false })
      .toBuffer();
    const decoded = sharp(encoded).toColourspace(channels === 1 ? "b-w" : "srgb");
    return { height, width, channels, data: new Uint8Array(await decoded.raw({ depth: "uchar" }).toBuffer()) };
  },
});
