import { numpy as np } from "@jax-js/jax";
import type { Output } from "./output.ts";

export interface MseOneHotOptions {
  readonly name: "mse-onehot";
  readonly warmStartEpochs: number;
}

export interface MseScaledOptions {
  readonly name: "mse-scaled";
  readonly warmStartEpochs: number;
}

/** [N, K] both → scalar, the mean over N and K of (Φ − t)². */
export const meanSquaredError = (outputs: np.Array, targets: np.Array): np.Array =>
  np.mean(np.square(np.subtract(outputs, targets)));

/** Least squares toward the label, 1 or 0. */
export const mseOneHot = ({ warmStartEpochs }: MseOneHotOptions): Output => ({
  name: "mse-onehot",
  warmStartEpochs,
  loss: meanSquaredError,
  reading: { scores: (outputs) => outputs, score: (output) => output },
});

/**
 * Least squares toward K · label − 1: what OAT's targets are while every batch's anchor is uniform, and so the control
 * that decides whether the anchor does anything.
 */
export const mseScaled = ({ warmStartEpochs }: MseScaledOptions): Output => ({
  name: "mse-scaled",
  warmStartEpochs,
  loss: (outputs, targets) => meanSquaredError(outputs, np.subtract(np.multiply(targets, targets.shape[1]), 1)),
  reading: {
    scores: (outputs) => np.multiply(np.add(outputs, 1), 1 / outputs.shape[outputs.ndim - 1]),
    score: (output, _, classes) => (output + 1) / classes,
  },
});
