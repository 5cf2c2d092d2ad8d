/** Stored outputs of one model on one image set: all that metrics and reports ever see of it. */
export interface Predictions {
  /** Image-set name, e.g. `emoji/test`. */
  readonly set: string;
  /** [N × K] row-major; for an anchored model the mean over its references. */
  readonly logits: Float32Array;
  /** [N × K] std over references of sigmoid(logits); absent for models without references. */
  readonly uncertainty?: Float32Array;
  /** [N]; meaningless (all −1) for out-of-distribution sets. */
  readonly labels: Int32Array;
  /** K. */
  readonly classes: number;
}

/** The class of the largest logit of a row of [N × K]; the first where several are equal. */
export function largestClass(logits: ArrayLike<number>, row: number, classes: number): number {
  const start = row * classes;
  let best = 0;
  for (let k = 1; k < classes; k++) if (logits[start + k] > logits[start + best]) best = k;
  return best;
}
