import type { RunConfigInput } from "../../train/index.ts";

/**
 * What `anchored quickstart` trains each of its arms on: categories of emoji, three vendors. 24 pixels, for at 32 three
 * arms take too long on two CPU cores.
 */
export const emojiQuickstart: RunConfigInput = {
  data: {
    name: "emoji",
    label: "category",
    domains: { train: ["noto", "twemoji", "openmoji"], shift: ["fluent-emoji-flat", "emojione"] },
    imageSize: 24,
    seed: 0,
  },
  model: "resnet20",
  epochs: 20,
  batchSize: 128,
  optimizer: { name: "sgd", momentum: 0.9, weightDecay: 5e-4 },
  schedule: { name: "one-cycle", peak: 0.4 },
  augment: [
    { name: "crop", options: { pad: 3, fill: 255 } },
    { name: "flip", options: {} },
  ],
};
