import { corruption } from "./corruption.ts";
import { fromUnit, mapValues, toUnit } from "./pixels.ts";

export const speckleNoise = corruption<number>({
  name: "speckle_noise",
  title: "Speckle noise",
  meaning: "Adds to every value a normal deviate in proportion to it: bright places suffer most.",
  suite: "c-extra",
  random: true,
  /** Standard deviation as a share of the value. */
  levels: {
    cifar: [0.06, 0.1, 0.12, 0.16, 0.2],
    "tiny-imagenet": [0.15, 0.2, 0.25, 0.3, 0.35],
    imagenet: [0.15, 0.2, 0.35, 0.45, 0.6],
  },
  apply: (image, sigma, random) =>
    fromUnit(mapValues(toUnit(image), (value) => value + value * sigma * random.normal())),
});
