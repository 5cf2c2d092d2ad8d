/**
 * Log-probabilities and probabilities of one image.
 * @param logits [N × K], of which the row that begins at `start` is read
 * @param logs [K] is written
 * @param probabilities [K] is written
 */
export function logSoftmax(
  logits: ArrayLike<number>,
  start: number,
  logs: Float64Array,
  probabilities: Float64Array,
): void {
  const classes = logs.length;
  let largest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < classes; k++) largest = Math.max(largest, logits[start + k]);
  let sum = 0;
  for (let k = 0; k < classes; k++) {
    probabilities[k] = Math.exp(logits[start + k] - largest);
    sum += probabilities[k];
  }
  const logSum = Math.log(sum);
  for (let k = 0; k < classes; k++) {
    logs[k] = logits[start + k] - largest - logSum;
    probabilities[k] /= sum;
  }
}

/** The logarithm of the mean probability of class `k` over rows of log-probabilities, exact where those underflow. */
export function logMean(logs: readonly Float64Array[], k: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (const one of logs) largest = Math.max(largest, one[k]);
  if (largest === Number.NEGATIVE_INFINITY) return largest;
  let sum = 0;
  for (const one of logs) sum += Math.exp(one[k] - largest);
  return largest + Math.log(sum / logs.length);
}
