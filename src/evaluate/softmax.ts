/** The softmax of one image's logits. */
export interface RowSoftmax {
  /** The class of the largest logit; the first where several are equal. */
  readonly predicted: number;
  /** Its probability p. */
  readonly confidence: number;
  /** log(1 − p), taken from the other classes: their log-sum-exp less that of all. */
  readonly logComplement: number;
  /** −log p. */
  readonly predictedNll: number;
  readonly logSumExp: number;
}

/**
 * Calls `visit` with the logits of each row of [N × K], one after the other, divided by `temperature`. All share one
 * array of float64: whoever keeps a row copies it.
 */
export function eachRow(
  logits: ArrayLike<number>,
  classes: number,
  visit: (row: number, logits: Float64Array) => void,
  temperature = 1,
): void {
  const values = new Float64Array(classes);
  const typed = logits instanceof Float32Array || logits instanceof Float64Array;
  for (let row = 0, start = 0; start < logits.length; row++, start += classes) {
    if (typed) values.set(logits.subarray(start, start + classes));
    else for (let k = 0; k < classes; k++) values[k] = logits[start + k];
    if (temperature !== 1) for (let k = 0; k < classes; k++) values[k] /= temperature;
    visit(row, values);
  }
}

/** @param probabilities is written */
export function softmaxOfRow(logits: Float64Array, probabilities: Float64Array): RowSoftmax {
  let predicted = 0;
  for (let k = 1; k < logits.length; k++) if (logits[k] > logits[predicted]) predicted = k;
  const largest = logits[predicted];
  let others = 0;
  for (let k = 0; k < logits.length; k++) {
    const exponential = Math.exp(logits[k] - largest);
    probabilities[k] = exponential;
    if (k !== predicted) others += exponential;
  }
  const sum = 1 + others;
  for (let k = 0; k < logits.length; k++) probabilities[k] /= sum;
  const predictedNll = Math.log1p(others);
  return {
    predicted,
    confidence: 1 / sum,
    logComplement: logOfOthers(logits, predicted, others) - predictedNll,
    predictedNll,
    logSumExp: largest + predictedNll,
  };
}

/** Exponentials below this have lost digits, or are 0. */
const SMALLEST = 1e-290;

/** log Σ exp(logit − largest logit) over the other classes, whose sum may have underflowed. */
function logOfOthers(logits: Float64Array, best: number, sum: number): number {
  if (sum > SMALLEST) return Math.log(sum);
  let second = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < logits.length; k++) if (k !== best) second = Math.max(second, logits[k]);
  if (second === Number.NEGATIVE_INFINITY) return second;
  let relative = 0;
  for (let k = 0; k < logits.length; k++) if (k !== best) relative += Math.exp(logits[k] - second);
  return second - logits[best] + Math.log(relative);
}

/** Each field of `RowSoftmax` for N images. */
export interface SoftmaxSummary {
  readonly predicted: Int32Array;
  readonly confidence: Float64Array;
  readonly logComplement: Float64Array;
  readonly predictedNll: Float64Array;
  readonly logSumExp: Float64Array;
}

/**
 * The softmax of logits [N × K] without its N × K probabilities, which of 50,000 images and 1,000 classes are 400 MB.
 * @param visit is called with the probabilities [K] of each row, which share one array, and its logits
 */
export function softmaxSummary(
  logits: ArrayLike<number>,
  classes: number,
  { temperature = 1, visit }: SoftmaxOptions = {},
): SoftmaxSummary {
  const images = logits.length / classes;
  const probabilities = new Float64Array(classes);
  const summary = {
    predicted: new Int32Array(images),
    confidence: new Float64Array(images),
    logComplement: new Float64Array(images),
    predictedNll: new Float64Array(images),
    logSumExp: new Float64Array(images),
  };
  eachRow(
    logits,
    classes,
    (row, values) => {
      const own = softmaxOfRow(values, probabilities);
      summary.predicted[row] = own.predicted;
      summary.confidence[row] = own.confidence;
      summary.logComplement[row] = own.logComplement;
      summary.predictedNll[row] = own.predictedNll;
      summary.logSumExp[row] = own.logSumExp;
      visit?.({ row, probabilities, logits: values, ...own });
    },
    temperature,
  );
  return summary;
}

export interface SoftmaxOptions {
  /** The logits are divided by it. Default 1. */
  readonly temperature?: number;
  readonly visit?: (
    own: RowSoftmax & { readonly row: number; readonly probabilities: Float64Array; readonly logits: Float64Array },
  ) => void;
}

/**
 * Softmax of logits [N × K] with each row's largest probability p, its class, −log p (`predictedNll`) and log(1 − p). No
 * labels needed.
 * @example
 * const { probabilities } = softmax(predictions.logits, predictions.classes); // [N × K]
 */
export function softmax(
  logits: ArrayLike<number>,
  classes: number,
): SoftmaxSummary & { readonly probabilities: Float64Array } {
  const probabilities = new Float64Array(logits.length);
  const summary = softmaxSummary(logits, classes, {
    visit: (own) => probabilities.set(own.probabilities, own.row * classes),
  });
  return { probabilities, ...summary };
}
