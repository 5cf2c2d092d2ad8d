import type { Image } from "../core/index.ts";
import type { Augmentation } from "./augmentation.ts";

/**
 * Mirrors left to right with probability 1/2; boxes follow.
 * @example
 * const batch = makeBatch(images, [0, 1], {
 *   normalization: dataSet.normalization,
 *   augment: [flip()],
 *   random: (row) => new Random("augment", 0, row),
 * });
 */
export function flip(): Augmentation {
  return {
    name: "flip",
    options: {},
    apply: (image, random) => (random.uniform() < 0.5 ? image : mirrored(image)),
    applyWithBoxes(image, boxes, random) {
      if (random.uniform() < 0.5) return { image, boxes };
      // x, width → W − x − width, width.
      const moved = boxes.map((value, i) => (i % 4 === 0 ? image.width - value - boxes[i + 2] : value));
      return { image: mirrored(image), boxes: moved };
    },
  };
}

function mirrored(image: Image): Image {
  const { height, width, channels, data } = image;
  const out = new Uint8Array(data.length);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = width - 1; x >= 0; x--) {
      const from = (y * width + x) * channels;
      for (let c = 0; c < channels; c++) out[at++] = data[from + c];
    }
  return { ...image, data: out };
}
