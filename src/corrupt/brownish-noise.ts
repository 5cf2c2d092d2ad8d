import { corruption } from "./corruption.ts";
import { fromBytes } from "./pixels.ts";
import { spectralNoise } from "./spectral-noise.ts";

export const brownishNoise = corruption<number>({
  name: "brownish_noise",
  title: "Brownish noise",
  meaning: "Adds clouds of noise whose spectrum falls with the square of the frequency, to each channel its own.",
  suite: "c-bar",
  random: true,
  /** The standard deviation is 6.4·s of 255; Tiny-ImageNet has CIFAR's. */
  levels: {
    cifar: [2.5, 4, 5.5, 6.5, 7],
    "tiny-imagenet": [2.5, 4, 5.5, 6.5, 7],
    imagenet: [1, 2, 3, 4, 5],
  },
  apply({ height, width, channels, data }, severity, random) {
    const out = Float64Array.from(data);
    for (let c = 0; c < channels; c++) {
      const noise = spectralNoise(height, width, (distance) => 1 / (distance * distance + 1), random);
      for (let p = 0; p < noise.length; p++) out[p * channels + c] += 6.4 * severity * noise[p];
    }
    return fromBytes({ height, width, channels, data: out });
  },
});
