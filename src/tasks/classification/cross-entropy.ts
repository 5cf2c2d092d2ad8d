import { nn, numpy as np } from "@jax-js/jax";

/**
 * Logits [N, K], targets [N, K] with rows that sum to 1 → scalar, the mean over N of −Σ target · log softmax.
 * @example
 * const loss = softmaxCrossEntropy(x, np.array([[0, 1]])); // traced
 */
export const softmaxCrossEntropy = (logits: np.Array, targets: np.Array): np.Array =>
  np.negative(np.mean(np.sum(np.multiply(nn.logSoftmax(logits, -1), targets), -1)));
