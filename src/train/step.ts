import { type numpy as np, valueAndGrad } from "@jax-js/jax";
import type { HostArray, HostArrays } from "../core/index.ts";
import type { Method } from "../methods/index.ts";
import type { Arrays, Model } from "../models/index.ts";
import { clipByGlobalNorm, type Optimizer } from "../optim/index.ts";

/** Everything that a step moves. */
export interface TrainState {
  readonly params: HostArrays;
  /** BatchNorm's running statistics. */
  readonly state: HostArrays;
  /** The optimizer's memory, e.g. `{ momentum: { "conv1.weight": … } }`. */
  readonly slots: Record<string, HostArrays>;
}

export interface StepResult extends TrainState {
  /** Scalar, before the update. */
  readonly loss: HostArray<"float32">;
  /** [N, K], before the update. */
  readonly logits: HostArray<"float32">;
}

interface Traced {
  readonly params: Arrays;
  readonly state: Arrays;
  readonly slots: Record<string, Arrays>;
}

const keep = (arrays: Arrays): Arrays =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, array.ref]));

/** One pure function to trace: forward, loss, backward, clipping (where `clipNorm` is above 0), update. */
export const trainStep =
  (model: Model, method: Method, optimizer: Optimizer, { clipNorm = 0 }: { clipNorm?: number } = {}) =>
  ({ params, state, slots }: Traced, fed: Arrays, learningRate: np.Array) => {
    const stateNames = Object.keys(state);
    const lossOf = (params: Arrays, state: Arrays, fed: Arrays) => method.loss(model, params, state, fed);
    // jax-js's types know no pair of value and auxiliary output.
    const differentiate = valueAndGrad(lossOf as never, { hasAux: true }) as unknown as (
      ...args: Parameters<typeof lossOf>
    ) => [ReturnType<typeof lossOf>, Arrays];
    const [[loss, { logits, state: moved }], gradients] = differentiate(keep(params), state, fed);
    const clipped = clipNorm > 0 ? clipByGlobalNorm(gradients, clipNorm) : gradients;
    const updated = optimizer.update(params, clipped, slots, learningRate);
    // In the order of the arguments: a program tells arrays of a tree by their place.
    const inOrder = Object.fromEntries(stateNames.map((name) => [name, moved[name]]));
    return { params: updated.params, state: inOrder, slots: updated.slots, loss, logits };
  };
