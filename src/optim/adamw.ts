import { numpy as np } from "@jax-js/jax";
import { HostArray } from "../core/index.ts";
import { zerosLike } from "../core/internal.ts";
import type { Optimizer } from "./optimizer.ts";
import { isDecayed, type ParameterRoles } from "./parameter-groups.ts";

export interface AdamwOptions {
  readonly name: "adamw";
  /** Decay rates of the means of the gradient and of its square. */
  readonly beta1: number;
  readonly beta2: number;
  /** Added to the denominator. */
  readonly epsilon: number;
  /** Decoupled: weights shrink by the learning rate times this, whatever their gradient. */
  readonly weightDecay: number;
  /** Whether vectors (normalisation weights, all biases) and embeddings are decayed too. */
  readonly decayNormsAndBiases: boolean;
}

/**
 * AdamW (Loshchilov & Hutter 2019, algorithm 2) in PyTorch's form: p ← p − ηλp; m ← β₁m + (1 − β₁)g;
 * v ← β₂v + (1 − β₂)g²; p ← p − η/(1 − β₁ᵗ) · m / (√(v / (1 − β₂ᵗ)) + ε). The step count t is a slot of its own.
 * @example
 * const roles = createModel("vit-tiny", { inputChannels: 3, classes: 10, imageSize: 32 });
 * const optimizer = adamw(
 *   { name: "adamw", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.05, decayNormsAndBiases: false },
 *   roles,
 * );
 */
export const adamw = (
  { beta1, beta2, epsilon, weightDecay, decayNormsAndBiases }: AdamwOptions,
  roles: ParameterRoles,
): Optimizer => ({
  init: (params) => ({
    mean: zerosLike(params),
    square: zerosLike(params),
    clock: { steps: HostArray.scalar(0) },
  }),
  update(params, gradients, slots, learningRate) {
    const steps = np.add(slots.clock.steps, 1);
    // 1 − βᵗ
    const correction = (beta: number) => np.subtract(1, np.exp(np.multiply(steps.ref, Math.log(beta))));
    const size = np.divide(learningRate.ref, correction(beta1));
    const scale = np.sqrt(correction(beta2));
    const moved: Record<string, np.Array> = {};
    const means: Record<string, np.Array> = {};
    const squares: Record<string, np.Array> = {};
    for (const [name, param] of Object.entries(params)) {
      const gradient = gradients[name];
      const mean = np.add(np.multiply(slots.mean[name], beta1), np.multiply(gradient.ref, 1 - beta1));
      const square = np.add(np.multiply(slots.square[name], beta2), np.multiply(np.square(gradient), 1 - beta2));
      means[name] = mean.ref;
      squares[name] = square.ref;
      const decayed = weightDecay !== 0 && isDecayed(name, param.shape, roles, decayNormsAndBiases);
      const kept = decayed ? np.multiply(param, np.subtract(1, np.multiply(learningRate.ref, weightDecay))) : param;
      const denominator = np.add(np.divide(np.sqrt(square), scale.ref), epsilon);
      moved[name] = np.subtract(kept, np.divide(np.multiply(mean, size.ref), denominator));
    }
    for (const used of [learningRate, size, scale]) used.dispose();
    return { params: moved, slots: { mean: means, square: squares, clock: { steps } } };
  },
});
