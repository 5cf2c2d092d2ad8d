/** Stored outputs of one model on one image set: all that metrics and reports ever see of it. */
export interface Predictions<Logits extends Float32Array | Float64Array = Float32Array> {
  /** Image-set name, e.g. `emoji/test`. */
  readonly set: string;
  /** [N × K] row-major; for an anchored model the mean over its references. */
  readonly logits: Logits;
  /** [N × K] std over references of sigmoid(logits); absent for models without references. */
  readonly uncertainty?: Float32Array;
  /** [N × D] row-major: what the classifier is linear in; of an anchored model the mean over its references. */
  readonly features?: Float32Array;
  /** [N] by name: how far the members of an ensemble differ, or how unsure they are; `memberDoubts` says which. */
  readonly doubts?: Readonly<Record<string, Float64Array>>;
  /** [N]; meaningless (all −1) for out-of-distribution sets. */
  readonly labels: Int32Array;
  /** K. */
  readonly classes: number;
}

/** As they are stored and judged: float64 where another program's logits are, for float32 rounds large ones together. */
export type StoredPredictions = Predictions<Float32Array | Float64Array>;

/**
 * The class of the largest logit of a row of [N × K]; the first where several are equal.
 * @example
 * const { logits, classes } = predictions;
 * const first = largestClass(logits, 0, classes); // what the first example is taken for
 */
export function largestClass(logits: ArrayLike<number>, row: number, classes: number): number {
  const start = row * classes;
  let best = 0;
  for (let k = 1; k < classes; k++) if (logits[start + k] > logits[start + best]) best = k;
  return best;
}
