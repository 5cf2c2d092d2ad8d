import type { RunConfigInput } from "../run/index.ts";

/**
 * What `anchored quickstart --data emoji` trains each of its arms on: categories of emoji, three vendors. An arm is 630 steps, 40,320
 * images: 1.5 to 2 minutes on two CPU cores (350 to 420 images/s). Categories of unseen concepts: 50 % right with standard training, 51
 * to 52 % anchored, a tie (one seed; docs/results.md).
 */
export const emojiQuickstart: RunConfigInput = {
  data: {
    name: "emoji",
    label: "category",
    domains: { train: ["noto", "twemoji", "openmoji"], shift: ["fluent-emoji-flat", "emojione"] },
    imageSize: 32,
    seed: 0,
  },
  model: "resnet20",
  epochs: 18,
  batchSize: 64,
  optimizer: { name: "sgd", momentum: 0.9, weightDecay: 5e-4 },
  schedule: { name: "one-cycle", peak: 0.1 },
  augment: [
    { name: "crop", options: { pad: 4, fill: 255 } },
    { name: "flip", options: {} },
  ],
};
