import type { StoredPredictions } from "../core/index.ts";
import { type SoftmaxSummary, softmaxSummary } from "./softmax.ts";

/** What scores of images are made of. */
export interface ScoreSoftmax extends SoftmaxSummary {
  /**
   * [N] log H of the entropy H = Σ −p log p, nats, summed by logarithms: in a sure row the largest p rounds to 1 and the
   * others underflow.
   */
  readonly logEntropy: Float64Array;
}

/** The softmax of a set at any temperature; each is computed once, and kept as long as the function is. */
export function softmaxByTemperature(predictions: StoredPredictions): (temperature: number) => ScoreSoftmax {
  const known = new Map<number, ScoreSoftmax>();
  return (temperature) => {
    const own = known.get(temperature) ?? compute(predictions, temperature);
    known.set(temperature, own);
    return own;
  };
}

function compute({ logits, classes, labels }: StoredPredictions, temperature: number): ScoreSoftmax {
  const logEntropy = new Float64Array(labels.length);
  const terms = new Float64Array(classes);
  const summary = softmaxSummary(logits, classes, {
    temperature,
    visit({ row, logits: own, predicted, predictedNll, logComplement }) {
      let largest = Number.NEGATIVE_INFINITY;
      for (let k = 0; k < classes; k++) {
        const nll = predictedNll + (own[predicted] - own[k]);
        // −log p of the largest is 1 − p to first order, and underflows where the logarithm of that does not.
        const logNll = k === predicted && logComplement < -600 ? logComplement : Math.log(nll);
        terms[k] = nll === Number.POSITIVE_INFINITY ? Number.NEGATIVE_INFINITY : logNll - nll;
        largest = Math.max(largest, terms[k]);
      }
      logEntropy[row] = largest === Number.NEGATIVE_INFINITY ? largest : largest + Math.log(sumOfExp(terms, largest));
    },
  });
  return { ...summary, logEntropy };
}

function sumOfExp(terms: Float64Array, less: number): number {
  let sum = 0;
  for (let k = 0; k < terms.length; k++) sum += Math.exp(terms[k] - less);
  return sum;
}
