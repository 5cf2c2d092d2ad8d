import { nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import type { HostArray, HostArrays } from "../../core/index.ts";
import type { Method } from "../../methods/index.ts";
import type { Arrays, Model } from "../../models/index.ts";
import { predictingIn } from "../../models/internal.ts";
import { adamw, type Optimizer, sgd } from "../../optim/index.ts";
import type { Tent } from "./options.ts";

/** What a step reads and moves; the rest of the parameters are `fixed`. */
export interface TentState<A = HostArray> {
  /** Weights and biases of BatchNorm. */
  readonly moving: Readonly<Record<string, A>>;
  readonly slots: Readonly<Record<string, Readonly<Record<string, A>>>>;
}

/** Images [B, C, H, W], and references [R, 1, C, H, W]. */
export interface Shown<A = np.Array> {
  readonly images: A;
  readonly references?: A;
}

/** [N, K] → [], the mean over N of the entropy of softmax, nats. */
export function meanEntropy(logits: np.Array): np.Array {
  const logs = nn.logSoftmax(logits, -1);
  return np.negative(np.mean(np.sum(np.multiply(np.exp(logs.ref), logs), -1)));
}

/** The paper's, for whatever network. */
export const tentOptimizer = (name: Tent["optimizer"], model: Model): Optimizer =>
  name === "adam"
    ? adamw(
        { name: "adamw", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, decayNormsAndBiases: false },
        model,
      )
    : sgd({ name: "sgd", momentum: 0.9, nesterov: false, weightDecay: 0, decayNormsAndBiases: false }, model);

/**
 * Traced: a step by the entropy of the mean logits over the references, and the outputs [R, B, O] from before it. BatchNorm
 * normalises by the batch, through which the gradient goes, as in training.
 */
export const tentStep = (model: Model, method: Method, optimizer: Optimizer) => {
  const ownStatistics = predictingIn(model, "measure");
  const lossOf = (moving: Arrays, fixed: Arrays, state: Arrays, { images, references }: Shown) => {
    const outputs = method.predict(ownStatistics, { ...fixed, ...moving }, state, images, references);
    return [meanEntropy(np.mean(outputs.ref, 0)), outputs];
  };
  return (
    { moving, slots, fixed, state }: TentState<np.Array> & { readonly fixed: Arrays; readonly state: Arrays },
    { learningRate, ...shown }: Shown & { readonly learningRate: np.Array },
  ) => {
    // jax-js's types know no pair of value and auxiliary output.
    const differentiate = valueAndGrad(lossOf as never, { hasAux: true }) as unknown as (
      ...args: Parameters<typeof lossOf>
    ) => [[np.Array, np.Array], Arrays];
    const refs = Object.fromEntries(Object.entries(moving).map(([name, array]) => [name, array.ref]));
    const [[entropy, outputs], gradients] = differentiate(refs, fixed, state, shown);
    const updated = optimizer.update({ ...moving }, gradients, slots as Record<string, Arrays>, learningRate);
    return { moved: { moving: updated.params, slots: updated.slots }, outputs, entropy };
  };
};

/** Where a set begins. */
export const tentStart = (params: HostArrays, names: readonly string[], optimizer: Optimizer): TentState => {
  const moving = Object.fromEntries(names.map((name) => [name, params[name]]));
  return { moving, slots: optimizer.init(moving) };
};
