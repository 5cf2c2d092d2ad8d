import { numpy as np } from "@jax-js/jax";

/** Below it a score is too near to 0, or below 0, for its logarithm. */
const FLOOR = 0.01;

/**
 * A score s, an estimate of a probability that may lie outside [0, 1], as a logit: log s, so that softmax of the logits
 * is s divided by its sum; below 0.01 the tangent of the logarithm there. So it is finite, and as the map is strictly
 * increasing neither the prediction nor the order of the classes changes. How much a label with a score below the floor
 * costs in likelihood is decided by the floor: of such outputs compare Brier scores and calibration rather than NLL.
 */
export const logScore = (score: number): number =>
  score >= FLOOR ? Math.log(score) : Math.log(FLOOR) + score / FLOOR - 1;

/** Traced: the same of an array. */
export function logScores(scores: np.Array): np.Array {
  const tangent = np.add(np.multiply(np.minimum(scores.ref, FLOOR), 1 / FLOOR), Math.log(FLOOR) - 1);
  // Above the floor the tangent is stuck at log FLOOR, below it the logarithm is.
  return np.subtract(np.add(np.log(np.maximum(scores, FLOOR)), tangent), Math.log(FLOOR));
}
