import { corruption } from "./corruption.ts";
import { spectralNoise } from "./spectral-noise.ts";

export const blueNoiseSample = corruption<number>({
  name: "blue_noise_sample",
  title: "Blue noise sample",
  meaning: "Blackens pixels, in all channels, where a noise of high frequencies is low: holes that are evenly spread.",
  suite: "c-bar",
  random: true,
  /** s of the threshold 0.3·s − 2.5, in standard deviations of the noise; Tiny-ImageNet has CIFAR's. */
  levels: {
    cifar: [0.7, 1.4, 2.1, 3.5, 4.2],
    "tiny-imagenet": [0.7, 1.4, 2.1, 3.5, 4.2],
    imagenet: [0.8, 1.6, 2.4, 4, 5.6],
  },
  apply({ height, width, channels, data }, severity, random) {
    const threshold = 0.3 * severity - 2.5;
    const noise = spectralNoise(height, width, (distance) => distance, random);
    const out = new Uint8Array(data);
    for (let p = 0; p < noise.length; p++) if (!(noise[p] > threshold)) out.fill(0, p * channels, (p + 1) * channels);
    return { height, width, channels, data: out };
  },
});
