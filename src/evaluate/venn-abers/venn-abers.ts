import { type StoredPredictions, UserError } from "../../core/index.ts";
import { checkLabels } from "../../core/internal.ts";
import { checkPredictions } from "../judged.ts";
import { softmaxSummary } from "../softmax.ts";
import { type BinaryVennAbers, fitBinary, lowerAt, upperAt } from "./binary-venn-abers.ts";

/** Inductive Venn-Abers predictors of K classes, each against the others. */
export interface VennAbers {
  /** [K] */
  readonly classes: readonly BinaryVennAbers[];
}

export interface VennAbersProbabilities {
  /** [N × K] that sum to 1 in each row. */
  readonly probabilities: Float64Array;
  /** [N] the width p₁ − p₀ of the interval of the class that is largest. */
  readonly width: Float64Array;
}

/**
 * Inductive Venn-Abers prediction (Vovk & Petej 2014) of each class against the others, by its log-probability: of two
 * isotonic regressions, on the validation images and the judged one as if it were of the class (p₁), and as if it were not
 * (p₀), one is perfectly calibrated for images drawn like the validation ones. All that they can give is computed here.
 * @throws UserError for predictions without labels, and for logits that are not finite.
 * @example
 * const vennAbers = fitVennAbers(predictions); // of validation images
 */
export function fitVennAbers(validation: StoredPredictions): VennAbers {
  const { labels, classes, set } = validation;
  checkPredictions(validation);
  checkLabels(`${set}, which Venn-Abers predictors are fitted on`, labels, classes);
  const images = labels.length;
  // [K × N]
  const byClass = new Float64Array(classes * images);
  eachLogProbabilities(validation, (row, logProbabilities) => {
    for (let k = 0; k < classes; k++) byClass[k * images + row] = logProbabilities[k];
  });
  return {
    classes: Array.from({ length: classes }, (_, k) => {
      const [positive, negative] = apart(byClass.subarray(k * images, (k + 1) * images), labels, k);
      return fitBinary(positive, negative);
    }),
  };
}

/** The scores of a class's own images and of the others. An image that excludes the class says nothing of those that do not. */
function apart(scores: Float64Array, labels: Int32Array, own: number): [Float64Array, Float64Array] {
  const [positive, negative] = [new Float64Array(scores.length), new Float64Array(scores.length)];
  let [p, n] = [0, 0];
  for (let row = 0; row < scores.length; row++) {
    if (scores[row] === Number.NEGATIVE_INFINITY) continue;
    if (labels[row] === own) positive[p++] = scores[row];
    else negative[n++] = scores[row];
  }
  return [positive.subarray(0, p), negative.subarray(0, n)];
}

/**
 * The merged probabilities p₁ / (1 − p₀ + p₁) (Vovk & Petej 2014, which minimises the largest regret in log loss), divided by
 * their sum over the classes. A class whose logit is −Infinity has none.
 * @throws UserError for predictors of other classes, and for logits that are not finite.
 * @example
 * const { probabilities, width } = applyVennAbers(fitVennAbers(predictions), otherPredictions);
 * console.log(probabilities[0], width[0]); // of the first image's first class; how unsure the probability of its answer is
 */
export function applyVennAbers({ classes: binary }: VennAbers, predictions: StoredPredictions): VennAbersProbabilities {
  checkPredictions(predictions);
  const { labels, classes } = predictions;
  if (binary.length !== classes)
    throw new UserError(`Venn-Abers predictors of ${binary.length} classes do not fit logits of ${classes}`);
  const logProbabilities = new Float64Array(labels.length * classes);
  eachLogProbabilities(predictions, (row, own) => logProbabilities.set(own, row * classes));
  const merged = new Float64Array(logProbabilities.length);
  // Class by class: the stairs of one are in the processor's cache, those of all are not.
  for (const [k, one] of binary.entries())
    for (let i = k; i < merged.length; i += classes) {
      if (logProbabilities[i] === Number.NEGATIVE_INFINITY) continue;
      const upper = upperAt(one, logProbabilities[i]);
      merged[i] = upper / (1 - lowerAt(one, logProbabilities[i]) + upper);
    }
  const width = new Float64Array(labels.length);
  for (const row of labels.keys()) {
    const own = merged.subarray(row * classes, (row + 1) * classes);
    let [sum, best] = [0, 0];
    for (let k = 0; k < classes; k++) {
      sum += own[k];
      if (own[k] > own[best]) best = k;
    }
    const score = logProbabilities[row * classes + best];
    width[row] = upperAt(binary[best], score) - lowerAt(binary[best], score);
    for (let k = 0; k < classes; k++) own[k] /= sum;
  }
  return { probabilities: merged, width };
}

/** Calls `visit` with each image's log-probabilities [K], which share one array. */
function eachLogProbabilities(
  { logits, classes }: StoredPredictions,
  visit: (row: number, logProbabilities: Float64Array) => void,
): void {
  const logProbabilities = new Float64Array(classes);
  softmaxSummary(logits, classes, {
    visit({ row, logits: own, predicted, predictedNll }) {
      for (let k = 0; k < classes; k++) logProbabilities[k] = own[k] - own[predicted] - predictedNll;
      visit(row, logProbabilities);
    },
  });
}
