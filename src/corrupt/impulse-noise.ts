import { corruption } from "./corruption.ts";
import { fromUnit, mapValues, toUnit } from "./pixels.ts";

export const impulseNoise = corruption<number>({
  name: "impulse_noise",
  title: "Impulse noise",
  meaning: "Salt and pepper: some values, in each channel on its own, become 0 or 1 with equal chances.",
  suite: "c",
  random: true,
  /** Share of values that are replaced. */
  levels: {
    cifar: [0.01, 0.02, 0.03, 0.05, 0.07],
    "tiny-imagenet": [0.01, 0.02, 0.05, 0.08, 0.14],
    imagenet: [0.03, 0.06, 0.09, 0.17, 0.27],
  },
  apply: (image, share, random) =>
    fromUnit(
      mapValues(toUnit(image), (value) => {
        const drawn = random.uniform();
        if (drawn >= share) return value;
        return drawn < share / 2 ? 1 : 0;
      }),
    ),
});
