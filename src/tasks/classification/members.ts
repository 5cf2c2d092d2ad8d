import { nn, numpy as np } from "@jax-js/jax";
import type { Arrays } from "../../models/index.ts";

/**
 * Outputs [N, M·K] of a network of M members as rows of their own, [N·M, K], with targets for each of them: those of the
 * example, [N, K], for all members, or each its own, [N, M·K]. The truth, where it is fed, is likewise [N] or [N, M]. Traced.
 */
export function memberRows(outputs: np.Array, { targets, truth }: Arrays, members: number): Arrays {
  const [count, width] = outputs.shape;
  const classes = width / members;
  /** [N, width] or [N, M·width] → [N·M, width] */
  const ofEach = (of: np.Array, width: number) =>
    np.reshape(np.broadcastTo(np.reshape(of, [count, -1, width]), [count, members, width]), [count * members, width]);
  return {
    outputs: np.reshape(outputs, [count * members, classes]),
    targets: ofEach(targets, classes),
    ...(truth && { truth: np.reshape(ofEach(truth, 1), [count * members]) }),
  };
}

/** Traced: outputs [1, N, M·K] → [N, K], the logarithms of the members' mean probabilities. */
export function logMeanProbabilities(outputs: np.Array, members: number): np.Array {
  const [, count, width] = outputs.shape;
  return nn.logmeanexp(nn.logSoftmax(np.reshape(outputs, [count, members, width / members]), -1), 1);
}
