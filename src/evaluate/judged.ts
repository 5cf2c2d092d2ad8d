import type { StoredPredictions } from "../core/index.ts";

/** What every metric of a labelled set needs, computed once from its logits. All arrays are float64 for exact sums. */
export interface Judged {
  /** N > 0. */
  readonly images: number;
  /** K. */
  readonly classes: number;
  /** [N × K] softmax of the logits, rows sum to 1. */
  readonly probabilities: Float64Array;
  /** [N] index of the largest logit; the first where several are equal. */
  readonly predicted: Int32Array;
  /** [N] largest probability, in [1/K, 1]. */
  readonly confidence: Float64Array;
  /** [N] log(1 − confidence), which still differs where confidences round to 1: confidences are ranked by it. */
  readonly logComplement: Float64Array;
  /** [N] 1 where `predicted` is the label. */
  readonly correct: Uint8Array;
  /** [N], in nats: log Σ exp(logits) − logit of the label, exact even where the probability underflows. */
  readonly nll: Float64Array;
  readonly labels: Int32Array;
  /** [N] number of classes with a larger logit than the label's; 0 where it is right (or ties with the first). */
  readonly rank: Int32Array;
}

/**
 * Softmax of logits [N × K] with each row's largest probability p, its class, −log p (`predictedNll`) and log(1 − p),
 * which is taken from the other classes: their log-sum-exp less that of all. No labels needed.
 */
export function softmax(logits: ArrayLike<number>, classes: number) {
  const images = logits.length / classes;
  const probabilities = new Float64Array(logits.length);
  const predicted = new Int32Array(images);
  const confidence = new Float64Array(images);
  const logComplement = new Float64Array(images);
  const predictedNll = new Float64Array(images);
  const logSumExp = new Float64Array(images);
  for (let row = 0; row < images; row++) {
    const start = row * classes;
    let best = 0;
    for (let k = 1; k < classes; k++) if (logits[start + k] > logits[start + best]) best = k;
    const largest = logits[start + best];
    let others = 0;
    for (let k = 0; k < classes; k++) {
      const exponential = Math.exp(logits[start + k] - largest);
      probabilities[start + k] = exponential;
      if (k !== best) others += exponential;
    }
    const sum = 1 + others;
    for (let k = 0; k < classes; k++) probabilities[start + k] /= sum;
    predicted[row] = best;
    confidence[row] = 1 / sum;
    predictedNll[row] = Math.log1p(others);
    logComplement[row] = logOfOthers(logits, start, classes, best, others) - predictedNll[row];
    logSumExp[row] = largest + predictedNll[row];
  }
  return { probabilities, predicted, confidence, logComplement, predictedNll, logSumExp };
}

/** Exponentials below this have lost digits, or are 0. */
const SMALLEST = 1e-290;

/** log Σ exp(logit − largest logit) over the other classes, whose sum may have underflowed. */
function logOfOthers(logits: ArrayLike<number>, start: number, classes: number, best: number, sum: number): number {
  if (sum > SMALLEST) return Math.log(sum);
  let second = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < classes; k++) if (k !== best) second = Math.max(second, logits[start + k]);
  if (second === Number.NEGATIVE_INFINITY) return second;
  let relative = 0;
  for (let k = 0; k < classes; k++) if (k !== best) relative += Math.exp(logits[start + k] - second);
  return second - logits[start + best] + Math.log(relative);
}

/**
 * @throws TypeError where array lengths disagree, a value is not a number, the set is empty, or a label is outside [0, K).
 */
export function judge(predictions: StoredPredictions): Judged {
  checkPredictions(predictions);
  const { set, logits, labels, classes } = predictions;
  const { probabilities, predicted, confidence, logComplement, predictedNll } = softmax(logits, classes);
  const correct = new Uint8Array(labels.length);
  const nll = new Float64Array(labels.length);
  const rank = new Int32Array(labels.length);
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row];
    if (label < 0 || label >= classes)
      throw new TypeError(`${set}: label ${label} of image ${row} is outside [0, ${classes})`);
    correct[row] = predicted[row] === label ? 1 : 0;
    const own = logits[row * classes + label];
    nll[row] = predictedNll[row] + (logits[row * classes + predicted[row]] - own);
    for (let k = row * classes; k < (row + 1) * classes; k++) if (logits[k] > own) rank[row]++;
  }
  const images = labels.length;
  return { images, classes, probabilities, predicted, confidence, logComplement, correct, nll, labels, rank };
}

/**
 * The shape rules of `Predictions`; labels are free, for an out-of-distribution set has none. A logit of −Infinity is a
 * class that the model excludes.
 * @throws TypeError naming the set, the array and the first bad place.
 */
export function checkPredictions({ set, logits, uncertainty, labels, classes }: StoredPredictions): void {
  if (!Number.isInteger(classes) || classes < 2)
    throw new TypeError(`${set}: ${classes} classes; at least 2 are needed`);
  if (labels.length === 0) throw new TypeError(`${set}: no images`);
  for (const [name, values] of Object.entries({ logits, uncertainty })) {
    if (!values) continue;
    if (values.length !== labels.length * classes)
      throw new TypeError(
        `${set}: ${values.length} ${name} values for ${labels.length} labels × ${classes} classes = ${labels.length * classes}`,
      );
    const maskable = name === "logits";
    const bad = values.findIndex(
      (value) => !Number.isFinite(value) && !(maskable && value === Number.NEGATIVE_INFINITY),
    );
    if (bad >= 0)
      throw new TypeError(
        `${set}: ${name} of image ${Math.floor(bad / classes)}, class ${bad % classes} is ${values[bad]}, not a finite number`,
      );
  }
  if (logits.includes(Number.NEGATIVE_INFINITY)) checkMasks({ set, logits, labels, classes });
}

/** A class of logit −Infinity has no probability, so another must have some, and so must the label. */
function checkMasks({ set, logits, labels, classes }: StoredPredictions): void {
  for (const [row, label] of labels.entries()) {
    const own = logits.subarray(row * classes, (row + 1) * classes);
    if (own.every((logit) => logit === Number.NEGATIVE_INFINITY))
      throw new TypeError(`${set}: all logits of image ${row} are -Infinity; at least one class must be possible`);
    if (own[label] === Number.NEGATIVE_INFINITY)
      throw new TypeError(
        `${set}: image ${row} has the label ${label}, whose logit is -Infinity: its NLL is infinite; give it a finite logit or leave the image out`,
      );
  }
}
