import type { numpy as np } from "@jax-js/jax";
import type { Arrays, Mode } from "../model.ts";
import type { LayerVariables } from "./variables.ts";

/** One forward pass under way: layers read `params` and `state` and leave the moved state in `moved`. */
export interface Scope {
  readonly params: Arrays;
  readonly state: Arrays;
  readonly moved: Arrays;
  readonly mode: Mode;
  /** Random factors of a training step; without them nothing is dropped. */
  readonly noise?: Arrays;
  /** Where present, an attention layer leaves its probabilities [N, H, T, T] in it, as `attention`. */
  readonly seen?: Arrays;
}

/** A piece of a network that knows the names of its own parameters. */
export interface Layer extends LayerVariables {
  /** Uses each of its parameters once; consumes `x`. */
  apply(scope: Scope, x: np.Array): np.Array;
}
