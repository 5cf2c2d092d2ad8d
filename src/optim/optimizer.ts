import type { numpy as np } from "@jax-js/jax";
import type { HostArrays } from "../core/index.ts";

type Arrays = Record<string, np.Array>;

/** Pure functions on named arrays. *Slots* are what it remembers between steps, each with an array per parameter. */
export interface Optimizer {
  init(params: HostArrays): Record<string, HostArrays>;
  /** Traced. Consumes its arguments; `learningRate` is a scalar. */
  update(
    params: Arrays,
    gradients: Arrays,
    slots: Record<string, Arrays>,
    learningRate: np.Array,
  ): { params: Arrays; slots: Record<string, Arrays> };
}
