import { type StoredPredictions, UserError } from "../core/index.ts";
import { checkLabels } from "../core/internal.ts";
import { softmaxSummary } from "./softmax.ts";

/** What every metric of a labelled set needs, computed once from its logits. All arrays are float64 for exact sums. */
export interface Judged {
  /** N > 0. */
  readonly images: number;
  /** K. */
  readonly classes: number;
  /** Calls `visit` with the probabilities [K] of each image, which sum to 1 and share one array. */
  readonly eachRow: (visit: (row: number, probabilities: Float64Array) => void) => void;
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
  /** [N] Σ over classes of (probability − [class is the label])². */
  readonly squaredError: Float64Array;
  readonly labels: Int32Array;
  /** [N] number of classes with a larger logit than the label's; 0 where it is right (or ties with the first). */
  readonly rank: Int32Array;
}

/**
 * What all metrics of a labelled set are computed from.
 * @throws UserError where array lengths disagree, a value is not a number, the set is empty, or a label is outside [0, K).
 * @example
 * const judged = judge(predictions);
 * console.log(accuracy(judged), meanNll(judged), judged.confidence[0]);
 */
export function judge(predictions: StoredPredictions): Judged {
  checkPredictions(predictions);
  const { set, logits, labels, classes } = predictions;
  checkLabels(set, labels, classes);
  const images = labels.length;
  const correct = new Uint8Array(images);
  const nll = new Float64Array(images);
  const squaredError = new Float64Array(images);
  const rank = new Int32Array(images);
  const { predicted, confidence, logComplement } = softmaxSummary(logits, classes, {
    visit({ row, probabilities, logits: own, ...softmax }) {
      const label = labels[row];
      correct[row] = softmax.predicted === label ? 1 : 0;
      nll[row] = softmax.predictedNll + (own[softmax.predicted] - own[label]);
      let [larger, sum] = [0, 0];
      for (let k = 0; k < classes; k++) {
        if (own[k] > own[label]) larger++;
        sum += (probabilities[k] - (k === label ? 1 : 0)) ** 2;
      }
      rank[row] = larger;
      squaredError[row] = sum;
    },
  });
  return {
    images,
    classes,
    eachRow: (visit) =>
      softmaxSummary(logits, classes, { visit: ({ row, probabilities }) => visit(row, probabilities) }),
    predicted,
    confidence,
    logComplement,
    correct,
    nll,
    squaredError,
    labels,
    rank,
  };
}

/**
 * The shape rules of `Predictions`; labels are free, for an out-of-distribution set has none. A logit of −Infinity is a
 * class that the model excludes.
 * @throws UserError naming the set, the array and the first bad place.
 */
export function checkPredictions({ set, logits, uncertainty, labels, classes }: StoredPredictions): void {
  if (!Number.isInteger(classes) || classes < 2)
    throw new UserError(`${set}: ${classes} classes; at least 2 are needed`);
  if (labels.length === 0) throw new UserError(`${set}: no images`);
  for (const [name, values] of Object.entries({ logits, uncertainty })) {
    if (!values) continue;
    if (!(values instanceof Float32Array || values instanceof Float64Array))
      throw new UserError(
        `${set}: ${name} are no Float32Array or Float64Array; convert them with ${name === "logits" ? "Float64Array" : "Float32Array"}.from`,
      );
    if (values.length !== labels.length * classes)
      throw new UserError(
        `${set}: ${values.length} ${name} values for ${labels.length} labels × ${classes} classes = ${labels.length * classes}`,
      );
    const bad = firstBad(values, name === "logits");
    if (bad >= 0)
      throw new UserError(
        `${set}: ${name} of image ${Math.floor(bad / classes)}, class ${bad % classes} is ${values[bad]}, not a finite number`,
      );
  }
  if (logits.includes(Number.NEGATIVE_INFINITY)) checkMasks({ set, logits, labels, classes });
}

/** The place of the first value that is not finite; −1 where all are. A loop: `findIndex` takes ten times as long. */
function firstBad(values: Float32Array | Float64Array, maskable: boolean): number {
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(values[i]) && !(maskable && values[i] === Number.NEGATIVE_INFINITY)) return i;
  return -1;
}

/** A class of logit −Infinity has no probability, so another must have some, and so must the label. */
function checkMasks({ set, logits, labels, classes }: StoredPredictions): void {
  for (const [row, label] of labels.entries()) {
    const own = logits.subarray(row * classes, (row + 1) * classes);
    if (own.every((logit) => logit === Number.NEGATIVE_INFINITY))
      throw new UserError(`${set}: all logits of image ${row} are -Infinity; at least one class must be possible`);
    if (own[label] === Number.NEGATIVE_INFINITY)
      throw new UserError(
        `${set}: image ${row} has the label ${label}, whose logit is -Infinity: its NLL is infinite; give it a finite logit or leave the image out`,
      );
  }
}
