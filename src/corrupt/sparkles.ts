import { corruption } from "./corruption.ts";
import { fromBytes } from "./pixels.ts";
import { sparkleAlpha } from "./sparkle-rays.ts";

const COUNT = 5;

export const sparkles = corruption<number>({
  name: "sparkles",
  title: "Sparkles",
  meaning: "Five white sparkles anywhere, their rays about 1 % of the image's side times s long.",
  suite: "c-bar",
  random: true,
  /** s; Tiny-ImageNet has CIFAR's. */
  levels: {
    cifar: [0.7, 3.5, 5.6, 6.3, 7],
    "tiny-imagenet": [0.7, 3.5, 5.6, 6.3, 7],
    imagenet: [1, 2, 3, 5, 6],
  },
  apply({ height, width, channels, data }, severity, random) {
    const out = Float64Array.from(data);
    const radius = 0.01 * Math.max(height, width) * severity;
    for (let n = 0; n < COUNT; n++) {
      const centreY = height * random.uniform();
      const centreX = width * random.uniform();
      const alpha = sparkleAlpha(height, width, { centreY, centreX, radius, exponent: 1, shortest: 1 }, random);
      for (let i = 0; i < out.length; i++) out[i] += alpha[Math.floor(i / channels)] * (255 - out[i]);
    }
    return fromBytes({ height, width, channels, data: out });
  },
});
