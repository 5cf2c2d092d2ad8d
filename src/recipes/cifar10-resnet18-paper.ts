import type { RunConfigInput } from "../run/index.ts";

/**
 * The CIFAR recipe of Narayanaswamy et al. (NeurIPS 2024), as their released code has it: 200 epochs of ResNet-18.
 * Days on a CPU; not yet measured here. What differs: a tenth of the training images is held out for validation
 * (`--validation-fraction`), and the result is the last epoch's weights, where they report the last five.
 */
export const cifar10Resnet18Paper: RunConfigInput = {
  data: { name: "cifar10", seed: 0 },
  // Usually quoted for CIFAR-10, and theirs; over all pixels the deviations are .247, .243, .261.
  normalization: { mean: [0.4914, 0.4822, 0.4465], std: [0.2023, 0.1994, 0.201] },
  model: "resnet18",
  method: { name: "anchored", maskProbability: 0.25, maskTarget: "label", references: "all" },
  epochs: 200,
  batchSize: 128,
  optimizer: { name: "sgd", momentum: 0.9, nesterov: false, weightDecay: 5e-4 },
  schedule: { name: "multistep", learningRate: 0.1, milestones: [60, 120, 160], factor: 0.2 },
  augment: [
    { name: "crop", options: { pad: 4 } },
    { name: "flip", options: {} },
  ],
};
