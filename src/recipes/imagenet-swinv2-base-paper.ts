import type { RunConfigInput } from "../run/index.ts";

/**
 * The ImageNet recipe of Narayanaswamy et al. (NeurIPS 2024): 400 epochs of Swin-V2-B, for an ImageNet tree given by
 * `--folder` (train/<class>/*, test/<class>/*). Some 6·10¹⁹ floating-point operations: not for a CPU, never run here.
 *
 * A batch of 512 is 16 parts of 32, as theirs was on 16 GPUs. What differs from it:
 * - float32, for no device here trains in mixed precision;
 * - a mask is drawn for the batch, where each GPU drew one for its part;
 * - files are cut to a square of 256 pixels before the random crop, which then takes its part of that, not of the file;
 * - TrivialAugment moves pixels to the nearest place, not bicubically;
 * - what is erased becomes grey, the mean of ImageNet's three means;
 * - Swin's position perceptron and similarity scales are not decayed, as its authors have it.
 *
 * Stochastic depth and the average are those of torchvision's model and script: its decay of 0.99998 every 32 steps,
 * scaled by 512 · 32 / 400, is 0.9999744 every step.
 */
export const imagenetSwinv2BasePaper: RunConfigInput = {
  data: { name: "folder", imageSize: 256, seed: 0 },
  normalization: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  model: "swinv2-base",
  method: { name: "anchored", maskProbability: 0.2, maskTarget: "label", references: "all" },
  epochs: 400,
  batchSize: 512,
  accumulate: 16,
  optimizer: { name: "adamw", weightDecay: 0.05, decayNormsAndBiases: false },
  schedule: { name: "cosine", learningRate: 1e-4, minimum: 1e-6 },
  clipNorm: 5,
  averageDecay: 0.9999744,
  stochasticDepth: 0.5,
  labelSmoothing: 0.1,
  augment: [
    { name: "randomResizedCrop", options: {} },
    { name: "flip", options: {} },
    { name: "trivialAugmentWide", options: {} },
    { name: "randomErasing", options: { probability: 0.25, fill: 115 } },
  ],
  repeatedAugmentation: 4,
  mix: [
    { name: "mixup", options: { alpha: 0.8 } },
    { name: "cutmix", options: { alpha: 1 } },
  ],
};
