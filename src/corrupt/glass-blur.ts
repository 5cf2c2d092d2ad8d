import { corruption } from "./corruption.ts";
import { gaussianBlur } from "./filter.ts";
import { fromUnit, toUnit } from "./pixels.ts";

interface Level {
  /** Standard deviation of the blur before and after, pixels. */
  readonly sigma: number;
  /** Largest step of a pixel. */
  readonly reach: number;
  readonly rounds: number;
}
const level = (sigma: number, reach: number, rounds: number): Level => ({ sigma, reach, rounds });

export const glassBlur = corruption<Level>({
  name: "glass_blur",
  title: "Glass blur",
  meaning:
    "Pixels change places with near ones between two blurs, as behind frosted glass. As in the published images a pixel is copied, not swapped, steps go up and left by one more than down and right, and the first rows and columns stay.",
  suite: "c",
  random: true,
  levels: {
    cifar: [level(0.05, 1, 1), level(0.25, 1, 1), level(0.4, 1, 1), level(0.25, 1, 2), level(0.4, 1, 2)],
    "tiny-imagenet": [level(0.1, 1, 1), level(0.5, 1, 1), level(0.6, 1, 2), level(0.7, 2, 1), level(0.9, 2, 2)],
    imagenet: [level(0.7, 1, 2), level(0.9, 2, 1), level(1, 2, 3), level(1.1, 3, 2), level(1.5, 4, 2)],
  },
  apply(image, { sigma, reach, rounds }, random) {
    const { height, width, channels } = image;
    const unit = toUnit(image);
    const { data } = fromUnit({ ...unit, data: gaussianBlur(unit.data, unit, sigma) });
    for (let round = 0; round < rounds; round++)
      for (let y = height - reach; y > reach; y--)
        for (let x = width - reach; x > reach; x--) {
          // The published tuple assignment of two views of one array writes the first and reads it back for the second.
          const dx = random.integer(2 * reach) - reach;
          const dy = random.integer(2 * reach) - reach;
          const to = (y * width + x) * channels;
          const from = ((y + dy) * width + x + dx) * channels;
          for (let c = 0; c < channels; c++) data[to + c] = data[from + c];
        }
    const moved = toUnit({ ...image, data });
    return fromUnit({ ...moved, data: gaussianBlur(moved.data, moved, sigma) });
  },
});
