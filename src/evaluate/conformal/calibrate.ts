import type { StoredPredictions } from "../../core/index.ts";
import { checkLabels } from "../../core/internal.ts";
import { conformalQuantile } from "../conformal-quantile.ts";
import { checkPredictions } from "../judged.ts";
import { type ConformalChoice, type SettledMethod, settled } from "./options.ts";
import { eachRankedRow, type SetRandomness } from "./ranked-row.ts";

/** What validation images give, to be measured on any number of sets. */
export interface SetCalibration extends SettledMethod {
  readonly choice: ConformalChoice;
  readonly randomness: SetRandomness;
  /**
   * [1], or [K] of conditional sets: the keys of the thresholds; +∞, and with it every class in every set, where there are
   * too few validation images for α.
   */
  readonly keys: Float64Array;
}

/** @throws UserError for logits that are not finite, or images without labels. */
export function checkLabelled(predictions: StoredPredictions): void {
  checkPredictions(predictions);
  const { set, labels, classes } = predictions;
  checkLabels(set, labels, classes);
}

/**
 * Thresholds: the ⌈(n + 1)(1 − α)⌉-th smallest score of the validation labels, for all choices in one pass.
 * @throws UserError for a bad choice, and images without labels.
 */
export function calibrateSets(
  validation: StoredPredictions,
  choices: readonly ConformalChoice[],
  randomness: SetRandomness = {},
): SetCalibration[] {
  const methods = choices.map(settled);
  checkLabelled(validation);
  const { labels, classes } = validation;
  const own = choices.map(() => new Float64Array(labels.length));
  eachRankedRow(validation, randomness, (row, ranked) => {
    const place = ranked.placeOf(labels[row]);
    for (const [i, { rule, parameters }] of methods.entries()) own[i][row] = rule.key(ranked, place, parameters);
  });
  const quantile = (keys: Float64Array, alpha: number) => conformalQuantile(keys, alpha) ?? Number.POSITIVE_INFINITY;
  return choices.map((choice, i) => {
    const groups = choice.conditional ? byClass(own[i], labels, classes) : [own[i]];
    return {
      ...methods[i],
      choice,
      randomness,
      keys: Float64Array.from(groups, (keys) => quantile(keys, choice.alpha)),
    };
  });
}

/** [K] the values of each class's images. */
const byClass = (values: Float64Array, labels: Int32Array, classes: number): Float64Array[] =>
  Array.from({ length: classes }, (_, k) => values.filter((_, row) => labels[row] === k));

/** [1] or [K] the thresholds as scores. */
export const thresholdsOf = ({ rule, keys }: SetCalibration): Float64Array =>
  keys.map((key) => (key === Number.POSITIVE_INFINITY ? key : rule.score(key)));
