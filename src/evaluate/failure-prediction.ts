import { augrcOf } from "./augrc.ts";
import { auroc, falsePositiveRateAt } from "./detection.ts";
import { excessOf } from "./excess-aurc.ts";
import { errorsByDoubt, meanRisk } from "./risk-coverage.ts";

/** How well a score of doubt tells wrong answers from right ones. */
export interface FailurePrediction {
  /** AUROC_f: the chance that a wrong answer is doubted more than a right one. Absent where all are right, or none is. */
  readonly auroc?: number;
  /** Share of wrong answers that are accepted where 95 % of the right ones are. */
  readonly fpr95?: number;
  readonly aurc: number;
  readonly eAurc: number;
  readonly augrc: number;
}

/**
 * Misclassification detection by a score (Hendrycks & Gimpel 2017; Jaeger et al. 2023): of one model's scores, the one
 * with the lowest AUGRC is the one to refuse by.
 * @param doubt [N] larger = less sure
 * @param correct [N] 1 where right
 * @example
 * const doubt = oodScores.entropy.ranked(predictions);
 * const { augrc } = failurePrediction(doubt, judge(predictions).correct);
 */
export function failurePrediction(doubt: Float64Array, correct: Uint8Array): FailurePrediction {
  const errors = errorsByDoubt(doubt, correct);
  const [right, wrong] = [1, 0].map((side) => doubt.filter((_, i) => correct[i] === side));
  return {
    ...(right.length > 0 &&
      wrong.length > 0 && {
        auroc: auroc(right, wrong),
        fpr95: falsePositiveRateAt(negated(wrong), negated(right), 0.95),
      }),
    aurc: meanRisk(errors),
    eAurc: excessOf(errors),
    augrc: augrcOf(errors),
  };
}

const negated = (values: Float64Array): Float64Array => values.map((value) => -value);
