import type { RunConfigInput } from "../run/index.ts";

/**
 * The quick comparison of docs/results.md: 10 epochs on 45,000 images, some twenty minutes an arm on two CPU cores. On the JPEG copy
 * 82.5 and 82.8 % (two seeds).
 */
export const cifar10Resnet20: RunConfigInput = {
  data: { name: "cifar10", seed: 0 },
  model: "resnet20",
  method: { name: "standard" },
  epochs: 10,
  batchSize: 128,
  optimizer: { name: "sgd", momentum: 0.9, nesterov: true, weightDecay: 5e-4 },
  schedule: { name: "one-cycle", peak: 0.2 },
  augment: [
    { name: "crop", options: { pad: 4 } },
    { name: "flip", options: {} },
  ],
};
