import type { StoredPredictions } from "../core/index.ts";
import { detection, histogram, rocCurve } from "./detection.ts";
import { softmax } from "./judged.ts";
import { type OodScore, oodScoreNames, oodScores, strangeness } from "./ood-scores.ts";
import { areNormalised } from "./probabilities.ts";
import type { OodResults } from "./results.ts";
import { rounded } from "./rounded.ts";

/** Fine, so that a figure can cut off an empty end and still have bins to join. */
const HISTOGRAM_BINS = 1000;

/** How well each score tells a foreign set from the test set; scores that a side lacks are left out. */
export function oodResults(
  id: StoredPredictions,
  ood: StoredPredictions,
  temperature: number | undefined,
): OodResults[] {
  return oodScoreNames.flatMap((score) => {
    const { shown, range }: OodScore = oodScores[score];
    const [inside, outside] = [shown(id, { temperature }), shown(ood, { temperature })];
    if (!inside || !outside) return [];
    const [known, foreign] = [strangeness(score, id, { temperature })!, strangeness(score, ood, { temperature })!];
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

/** Why scores by energy are missing; and what else cannot be compared where only some sets are log-probabilities. */
export function energyNotices(test: StoredPredictions, foreign: readonly StoredPredictions[]): string[] {
  if (foreign.length === 0) return [];
  const all = [test, ...foreign];
  const normalised = all.filter(({ logits, classes }) => areNormalised(softmax(logits, classes).logSumExp));
  if (normalised.length === 0) return [];
  const mixed = normalised.length < all.length;
  return [
    `${normalised.map(({ set }) => set).join(", ")}: log-probabilities, whose energy is 0 for every image: scores by energy are left out${mixed ? ", and largest logits beside other sets' logits mean nothing; give all sets as logits" : ""}`,
  ];
}
