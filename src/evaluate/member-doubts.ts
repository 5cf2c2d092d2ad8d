import { largestClass } from "../core/index.ts";

/** What the members of an ensemble say of one image. */
export interface MemberAnswers {
  /** [M][K] */
  readonly probabilities: readonly Float64Array[];
  /** [M][K] their logarithms, which do not underflow. */
  readonly logProbabilities: readonly Float64Array[];
  /** [K] logarithm of the mean of the probabilities over the members. */
  readonly logMean: Float64Array;
}

/** A number per image that says how far members differ, or how unsure each of them is; larger = more doubt. */
export interface MemberDoubt {
  readonly title: string;
  /** For tables, after “by”. */
  readonly short: string;
  /** For K classes. */
  readonly range: (classes: number) => readonly [number, number];
  readonly of: (answers: MemberAnswers) => number;
}

const unit = (): readonly [number, number] => [0, 1];
const upToLogK = (classes: number): readonly [number, number] => [0, Math.log(classes)];

/**
 * The table of what members tell beyond their mean: a new one is a line here, a row in `ensemble.test.ts`, and a score of
 * the same name in `ood-scores.ts`. The entropy of the mean, “predictive entropy”, is the score `entropy` of any prediction.
 * @example
 * console.log(memberDoubts["expected-entropy"].title);
 */
export const memberDoubts = {
  // The aleatoric part (Depeweg et al. 2018).
  "expected-entropy": {
    title: "Mean entropy of the members' predictions, nats",
    short: "expected entropy",
    range: upToLogK,
    of: ({ probabilities, logProbabilities }) => meanEntropy(probabilities, logProbabilities),
  },
  // The epistemic part (Houlsby et al. 2011, BALD): entropy of the mean less the mean entropy, which is the mean
  // KL(member ‖ mean): summed as that, it has no difference of nearly equal numbers.
  "mutual-information": {
    title: "Mutual information of members and prediction, nats",
    short: "mutual information",
    range: upToLogK,
    of: ({ probabilities, logProbabilities, logMean }) =>
      Math.max(0, meanDivergence(probabilities, logProbabilities, logMean)),
  },
  disagreement: {
    title: "Disagreement (share of pairs of members with other answers)",
    short: "disagreement",
    range: unit,
    of: ({ logProbabilities }) => unequalPairs(logProbabilities.map(answerOf)),
  },
  // Of the answer of the mean, as torch-uncertainty; Freeman 1965 takes the commonest answer, which differs at ties.
  "variation-ratio": {
    title: "Variation ratio (share of members whose answer is not the ensemble's)",
    short: "variation ratio",
    range: unit,
    of({ logProbabilities, logMean }) {
      const answer = answerOf(logMean);
      return logProbabilities.filter((one) => answerOf(one) !== answer).length / logProbabilities.length;
    },
  },
} satisfies Record<string, MemberDoubt>;

export type MemberDoubtName = keyof typeof memberDoubts;
/**
 * The names of `memberDoubts`.
 * @example
 * const { doubts } = combineMembers([predictions, otherPredictions]);
 * for (const name of memberDoubtNames) console.log(name, doubts?.[name]);
 */
export const memberDoubtNames = Object.keys(memberDoubts) as MemberDoubtName[];

const answerOf = (row: Float64Array): number => largestClass(row, 0, row.length);

function meanEntropy(probabilities: readonly Float64Array[], logs: readonly Float64Array[]): number {
  let sum = 0;
  for (const [m, own] of probabilities.entries())
    for (let k = 0; k < own.length; k++) if (own[k] > 0) sum -= own[k] * logs[m][k];
  return sum / probabilities.length;
}

function meanDivergence(
  probabilities: readonly Float64Array[],
  logs: readonly Float64Array[],
  logMean: Float64Array,
): number {
  let sum = 0;
  for (const [m, own] of probabilities.entries())
    for (let k = 0; k < own.length; k++) if (own[k] > 0) sum += own[k] * (logs[m][k] - logMean[k]);
  return sum / probabilities.length;
}

/** By counts: of many members there are too many pairs to go through. */
function unequalPairs(answers: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  const pairsOf = (count: number) => (count * (count - 1)) / 2;
  const pairs = pairsOf(answers.length);
  let equal = 0;
  for (const count of counts.values()) equal += pairsOf(count);
  return (pairs - equal) / pairs;
}
