import { corruption } from "./corruption.ts";
import { fromUnit, mapValues, toUnit } from "./pixels.ts";
import { poisson } from "./poisson.ts";

export const shotNoise = corruption<number>({
  name: "shot_noise",
  title: "Shot noise",
  meaning: "Every value becomes a Poisson count of photons: the fewer there are, the coarser.",
  suite: "c",
  random: true,
  /** Photons of a white pixel. */
  levels: {
    cifar: [500, 250, 100, 75, 50],
    "tiny-imagenet": [250, 100, 50, 30, 15],
    imagenet: [60, 25, 12, 5, 3],
  },
  apply: (image, photons, random) =>
    fromUnit(mapValues(toUnit(image), (value) => poisson(value * photons, random) / photons)),
});
