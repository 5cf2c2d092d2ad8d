import { type StoredPredictions, UserError } from "../../core/index.ts";
import { countWhere } from "../count-where.ts";
import { checkPredictions } from "../judged.ts";
import { calibrateSets } from "./calibrate.ts";
import { type ConformalResult, measureSets } from "./measure.ts";
import { type ConformalOptions, settled } from "./options.ts";
import { eachRankedRow } from "./ranked-row.ts";

/**
 * Split conformal prediction: sets of classes that hold the right one with a promised probability, for images drawn like
 * the validation ones. Calibrated on validation images, measured on others. `LAC` takes all classes of enough probability
 * and has the smallest sets; `APS` takes classes from the likeliest on until enough probability is gathered, randomised so
 * that it covers exactly; `RAPS` and `SAPS` are APS with shorter sets. `conditional: "class"` keeps the promise of each class.
 * @throws UserError for α outside (0, 1), a bad parameter, and images without labels.
 * @example
 * const validation = loadPredictions(run, "mnist/validation");
 * console.log(conformal(validation, predictions, { method: "LAC", alpha: 0.1 })); // sets that hold 90 % of the labels
 * console.log(conformal(validation, predictions, { method: "RAPS", alpha: 0.1, parameters: { penalty: 0.1, freeRanks: 2 } }));
 */
export function conformal(
  validation: StoredPredictions,
  test: StoredPredictions,
  options: ConformalOptions,
): ConformalResult {
  return measureSets(calibrateSets(validation, [options], options), test)[0];
}

/**
 * [N × K] 1 where the class is in the image's set.
 * @param threshold a score as `conformal` gives it; of conditional sets [K]
 * @throws UserError for a bad option, logits that are not finite, and thresholds of other classes.
 * @example
 * const sets = predictionSets(predictions, 0.95, { method: "LAC", alpha: 0.1 }); // [N × K], 1 where the class is in the set
 */
export function predictionSets(
  predictions: StoredPredictions,
  threshold: number | ArrayLike<number>,
  options: ConformalOptions,
): Uint8Array {
  const { rule, parameters } = settled(options);
  checkPredictions(predictions);
  const { classes } = predictions;
  if (typeof threshold !== "number" && threshold.length !== classes)
    throw new UserError(`conformal: ${threshold.length} thresholds for ${classes} classes; give one, or one for each`);
  const thresholdOf = (k: number) => (typeof threshold === "number" ? threshold : threshold[k]);
  const largest = Math.max(...Array.from({ length: classes }, (_, k) => thresholdOf(k)));
  const sets = new Uint8Array(predictions.logits.length);
  eachRankedRow(predictions, options, (row, ranked) => {
    const score = (place: number) => rule.score(rule.key(ranked, place, parameters));
    ranked.eachOfFirst(
      countWhere(classes, (place) => score(place) <= largest),
      (k, place) => {
        if (score(place) <= thresholdOf(k)) sets[row * classes + k] = 1;
      },
    );
  });
  return sets;
}
