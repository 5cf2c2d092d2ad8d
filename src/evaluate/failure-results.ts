import { failurePrediction } from "./failure-prediction.ts";
import type { Judged } from "./judged.ts";
import type { ScoredSet } from "./ood-results.ts";
import { oodScoreNames, strangeness } from "./ood-scores.ts";
import type { LabelledSetResults } from "./results.ts";

/** How well each score that the model has tells its wrong answers on a labelled set from its right ones. */
export const failureResults = (
  { correct }: Judged,
  { predictions, softmax }: ScoredSet,
  temperature: number | undefined,
): NonNullable<LabelledSetResults["failures"]> =>
  oodScoreNames.flatMap((score) => {
    const doubt = strangeness(score, predictions, { temperature, softmax });
    return doubt ? [{ score, ...failurePrediction(doubt, correct) }] : [];
  });
