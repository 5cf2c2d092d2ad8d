import { numpy as np } from "@jax-js/jax";
import { softmaxCrossEntropy } from "../cross-entropy.ts";
import type { Output } from "./output.ts";

/**
 * Traced: outputs [N, K] and targets [N, K] → the loss, and what the batch is predicted by, [N, K], the largest of a row
 * being the class. Where the scalar `warmStart` is 1 that is cross-entropy and the outputs as they are.
 */
export function minimised(
  { loss, reading }: Output,
  outputs: np.Array,
  targets: np.Array,
  warmStart?: np.Array,
): { loss: np.Array; logits: np.Array } {
  const scores = reading ? reading.scores(outputs.ref, reading.anchor?.traced(outputs.ref)) : outputs.ref;
  if (!warmStart) return { loss: loss(outputs, targets), logits: scores };
  const blended = (start: np.Array, own: np.Array) =>
    np.add(np.multiply(start, warmStart.ref), np.multiply(own, np.subtract(1, warmStart.ref)));
  const both = {
    loss: blended(softmaxCrossEntropy(outputs.ref, targets.ref), loss(outputs.ref, targets)),
    logits: blended(outputs, scores),
  };
  warmStart.dispose();
  return both;
}
