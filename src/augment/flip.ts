import type { Augmentation } from "./augmentation.ts";

/**
 * Mirrors left to right with probability 1/2.
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
    apply(image, random) {
      if (random.uniform() < 0.5) return image;
      const { height, width, channels, data } = image;
      const out = new Uint8Array(data.length);
      for (let y = 0, at = 0; y < height; y++)
        for (let x = width - 1; x >= 0; x--) {
          const from = (y * width + x) * channels;
          for (let c = 0; c < channels; c++) out[at++] = data[from + c];
        }
      return { ...image, data: out };
    },
  };
}
