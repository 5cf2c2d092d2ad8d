import { corruption } from "./corruption.ts";
import { fromUnit, mapValues, toUnit } from "./pixels.ts";

export const gaussianNoise = corruption<number>({
  name: "gaussian_noise",
  title: "Gaussian noise",
  meaning: "Adds a normal deviate to every value.",
  suite: "c",
  random: true,
  /** Standard deviation, images in [0, 1]. */
  levels: {
    cifar: [0.04, 0.06, 0.08, 0.09, 0.1],
    "tiny-imagenet": [0.04, 0.08, 0.12, 0.15, 0.18],
    imagenet: [0.08, 0.12, 0.18, 0.26, 0.38],
  },
  apply: (image, sigma, random) => fromUnit(mapValues(toUnit(image), (value) => value + sigma * random.normal())),
});
