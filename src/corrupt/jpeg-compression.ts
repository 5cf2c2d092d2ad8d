import { corruption } from "./corruption.ts";
import { throughJpeg } from "./jpeg-codec.ts";

export const jpegCompression = corruption<number>({
  name: "jpeg_compression",
  title: "JPEG compression",
  meaning: "A baseline JPEG of low quality: libjpeg's standard tables, colours at half the resolution.",
  suite: "c",
  random: false,
  /** libjpeg's quality. */
  levels: { cifar: [80, 65, 58, 50, 40], "tiny-imagenet": [65, 58, 50, 40, 25], imagenet: [25, 18, 15, 10, 7] },
  apply: throughJpeg,
});
