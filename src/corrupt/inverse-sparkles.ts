import { corruption } from "./corruption.ts";
import { fromBytes } from "./pixels.ts";
import { sparkleAlpha } from "./sparkle-rays.ts";

export const inverseSparkles = corruption<number>({
  name: "inverse_sparkles",
  title: "Inverse sparkles",
  meaning: "Only what lies under one large sparkle near the middle stays; the rest fades to white.",
  suite: "c-bar",
  random: true,
  /** s; the light fades with the power 0.13·s of the squared distance. Tiny-ImageNet has CIFAR's. */
  levels: {
    cifar: [1, 1.5, 2.5, 4.5, 5],
    "tiny-imagenet": [1, 1.5, 2.5, 4.5, 5],
    imagenet: [1, 2, 4, 9, 10],
  },
  apply({ height, width, channels, data }, severity, random) {
    const centreY = (0.25 + 0.5 * random.uniform()) * height;
    const centreX = (0.25 + 0.5 * random.uniform()) * width;
    const options = {
      centreY,
      centreX,
      radius: 0.25 * Math.max(height, width),
      exponent: 0.13 * severity,
      shortest: -Infinity,
    };
    const alpha = sparkleAlpha(height, width, options, random);
    const out = Float64Array.from(data, (value, i) => 255 + alpha[Math.floor(i / channels)] * (value - 255));
    return fromBytes({ height, width, channels, data: out });
  },
});
