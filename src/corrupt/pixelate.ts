import { boxResize } from "./box-resize.ts";
import { corruption } from "./corruption.ts";

export const pixelate = corruption<number>({
  name: "pixelate",
  title: "Pixelate",
  meaning: "Shrinks the image and enlarges it again, both by a box filter.",
  suite: "c",
  random: false,
  /** Size of the small image as a share of the large one. */
  levels: {
    cifar: [0.95, 0.9, 0.85, 0.75, 0.65],
    "tiny-imagenet": [0.9, 0.8, 0.7, 0.6, 0.5],
    imagenet: [0.6, 0.5, 0.4, 0.3, 0.25],
  },
  apply(image, share) {
    const { height, width } = image;
    const shrunk = (size: number) => Math.max(1, Math.trunc(size * share));
    return boxResize(boxResize(image, shrunk(height), shrunk(width)), height, width);
  },
});
