import { numpy as np } from "@jax-js/jax";
import { zerosLike } from "../core/internal.ts";
import type { Optimizer } from "./optimizer.ts";
import { isDecayed, type ParameterRoles } from "./parameter-groups.ts";

export interface SgdOptions {
  readonly name: "sgd";
  /** Fraction of the last update that is kept. */
  readonly momentum: number;
  readonly nesterov: boolean;
  /** L2 penalty, added to the gradient (not decoupled). */
  readonly weightDecay: number;
  /** Whether vectors (normalisation weights, all biases) and embeddings are decayed too, as PyTorch does when told nothing. */
  readonly decayNormsAndBiases: boolean;
  /** Times the learning rate, for biases, 1 by default; what they decay by in a step stays the same. */
  readonly biasRate?: number;
}

/**
 * Stochastic gradient descent in PyTorch's form: g ← g + λp; v ← μv + g; p ← p − η·(nesterov ? g + μv : v).
 * The velocity starts at zero, which equals PyTorch's first step (dampening 0).
 * @example
 * const roles = createModel("resnet20", { inputChannels: 3, classes: 10, imageSize: 32 });
 * const optimizer = sgd(
 *   { name: "sgd", momentum: 0.9, nesterov: true, weightDecay: 5e-4, decayNormsAndBiases: true, biasRate: 1 },
 *   roles,
 * );
 */
export const sgd = (
  { momentum, nesterov, weightDecay, decayNormsAndBiases, biasRate = 1 }: SgdOptions,
  roles: ParameterRoles,
): Optimizer => ({
  init: (params) => ({ momentum: zerosLike(params) }),
  update(params, gradients, slots, learningRate) {
    const moved: Record<string, np.Array> = {};
    const velocities: Record<string, np.Array> = {};
    for (const [name, param] of Object.entries(params)) {
      const decayed = weightDecay !== 0 && isDecayed(name, param.shape, roles, decayNormsAndBiases);
      const rate = roles.biases?.includes(name) ? biasRate : 1;
      const gradient = decayed ? np.add(gradients[name], np.multiply(param.ref, weightDecay / rate)) : gradients[name];
      const velocity = np.add(np.multiply(slots.momentum[name], momentum), nesterov ? gradient.ref : gradient);
      velocities[name] = velocity.ref;
      const direction = nesterov ? np.add(gradient, np.multiply(velocity, momentum)) : velocity;
      const step = np.multiply(direction, learningRate.ref);
      moved[name] = np.subtract(param, rate === 1 ? step : np.multiply(step, rate));
    }
    learningRate.dispose();
    return { params: moved, slots: { momentum: velocities } };
  },
});
