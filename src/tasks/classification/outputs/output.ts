import type { numpy as np } from "@jax-js/jax";

/**
 * The far end of a classification: what is minimised of a network's outputs Φ [N, K], and what they say. Where they are no
 * logits, they are read as *scores*: estimates of the classes' probabilities, which least squares makes of them.
 */
export interface Output {
  readonly name: string;
  /** Epochs at the start that minimise cross-entropy instead, the outputs taken for logits; may be a fraction. */
  readonly warmStartEpochs: number;
  /** Traced: outputs [N, K], targets [N, K] with rows that sum to 1 → scalar, the mean over the batch. */
  loss(outputs: np.Array, targets: np.Array): np.Array;
  /** How outputs are read; absent where they are logits. */
  readonly reading?: Reading;
}

/** Traced and host functions do the same. */
export interface Reading {
  /** Outputs → scores of one shape, [N, K]; `anchor` [K] where the reading is relative to one. Traced. */
  scores(outputs: np.Array, anchor?: np.Array): np.Array;
  /** One output, of class k of K, as a score. */
  score(output: number, k: number, classes: number, anchor?: ArrayLike<number>): number;
  /** The anchor of a batch of outputs; absent where outputs are read one by one. */
  readonly anchor?: {
    /** Traced: [N, K] → [K]. */
    traced(outputs: np.Array): np.Array;
    /** [N × K] → [K]. */
    host(outputs: Float32Array, classes: number): Float64Array;
  };
}
