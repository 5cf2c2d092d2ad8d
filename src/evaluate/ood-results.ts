import type { StoredPredictions } from "../core/index.ts";
import { detection, histogram, rocCurve } from "./detection.ts";
import { type OodScore, oodScoreNames, oodScores, strangeness } from "./ood-scores.ts";
import { areNormalised } from "./probabilities.ts";
import type { OodResults } from "./results.ts";
import { rounded } from "./rounded.ts";
import { softmaxByTemperature } from "./score-softmax.ts";

/** Fine, so that a figure can cut off an empty end and still have bins to join. */
const HISTOGRAM_BINS = 1000;

/** A set whose scores are asked for, with what they share. */
export interface ScoredSet {
  readonly predictions: StoredPredictions;
  readonly softmax: ReturnType<typeof softmaxByTemperature>;
}

export const scoredSet = (predictions: StoredPredictions): ScoredSet => ({
  predictions,
  softmax: softmaxByTemperature(predictions),
});

/** How well each score tells a foreign set from the test set; scores that a side lacks are left out. */
export function oodResults(test: ScoredSet, foreignSet: ScoredSet, temperature: number | undefined): OodResults[] {
  const [id, ood] = [test.predictions, foreignSet.predictions];
  const [ofId, ofOod] = [test, foreignSet].map(({ softmax }) => ({ temperature, softmax }));
  return oodScoreNames.flatMap((score) => {
    const { shown, range }: OodScore = oodScores[score];
    const [inside, outside] = [shown(id, ofId), shown(ood, ofOod)];
    if (!inside || !outside) return [];
    const [known, foreign] = [strangeness(score, id, ofId)!, strangeness(score, ood, ofOod)!];
    const [lower, upper] = range?.(id.classes) ?? rangeOf(inside, outside);
    const counts = (values: Float64Array) => histogram(values, lower, upper, HISTOGRAM_BINS);
    return {
      set: ood.set,
      against: id.set,
      score,
      ...detection(known, foreign),
      roc: rounded(rocCurve(known, foreign)),
      histogram: { lower, upper, id: counts(inside), ood: counts(outside) },
    };
  });
}

function rangeOf(...groups: readonly Float64Array[]): [number, number] {
  let [lower, upper] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const values of groups)
    for (const value of values) {
      lower = Math.min(lower, value);
      upper = Math.max(upper, value);
    }
  return lower < upper ? [lower, upper] : [lower, lower + 1];
}

/** Whether these are log-probabilities, of which the energy is 0 for every image. */
export const haveNoEnergy = ({ softmax }: ScoredSet): boolean => areNormalised(softmax(1).logSumExp);

/**
 * Why scores by energy are missing; and what else cannot be compared where only some sets are log-probabilities.
 * @param without names of those sets
 * @param sets how many sets there are
 */
export function energyNotices(without: readonly string[], sets: number): string[] {
  if (without.length === 0) return [];
  const mixed = without.length < sets;
  return [
    `${without.join(", ")}: log-probabilities, whose energy is 0 for every image: scores by energy are left out${mixed ? ", and largest logits beside other sets' logits mean nothing; give all sets as logits" : ""}`,
  ];
}
