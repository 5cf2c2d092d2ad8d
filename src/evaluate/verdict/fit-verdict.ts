import { UserError } from "../../core/index.ts";
import { fittingOf } from "../feature-scores/fit.ts";
import type { InnerProducts } from "../feature-scores/inner-products.ts";
import { innerProducts as plainInnerProducts } from "../feature-scores/inner-products.ts";
import { type WhitenedClasses, whitenedClasses } from "../feature-scores/mahalanobis-distance.ts";
import { type Standard, standardOf, validationValues } from "../feature-scores/standards.ts";
import { type FeatureData, type Fitting, type Scorer, UndefinedScore } from "../feature-scores/types.ts";
import { type VerdictPart, type VerdictScoreName, verdictScores } from "./verdict-scores.ts";

/** All that a verdict needs but its threshold. */
export interface FittedVerdict {
  readonly score: VerdictScoreName;
  readonly parts: readonly VerdictPart[];
  /** [P] of each part on the validation images. */
  readonly means: readonly number[];
  /** [P] standard deviations, divided by the number of images. */
  readonly spreads: readonly number[];
  /** Of Mahalanobis++, where it is among the parts. */
  readonly classes?: WhitenedClasses;
  /** [V] scores of the validation images, rising. */
  readonly known: Float64Array;
}

/**
 * The smallest of the parts' z-scores, standardised on validation images.
 * @throws UserError where a part does not exist for these data
 */
export async function fitVerdict(
  score: VerdictScoreName,
  data: FeatureData & {
    readonly validation: Required<Pick<NonNullable<FeatureData["validation"]>, "features" | "logits">>;
  },
  innerProducts: InnerProducts = plainInnerProducts,
): Promise<FittedVerdict> {
  const fitting = fittingOf(data, innerProducts);
  const parts: readonly VerdictPart[] = verdictScores[score];
  try {
    const scorers = await Promise.all(parts.map((part) => scorerOf(part, fitting)));
    const values = await validationValues(fitting, scorers);
    const standards = standardsOf(parts, values);
    const [means, spreads] = [standards.map(({ mean }) => mean), standards.map(({ spread }) => spread)];
    const known = smallestOf(standardised(standards, values));
    const classes = parts.includes("mahalanobis++") ? await whitenedClasses(fitting, "unit", "ledoit-wolf") : undefined;
    return { score, parts, means, spreads, classes, known: known.sort() };
  } catch (error) {
    if (!(error instanceof UndefinedScore)) throw error;
    const other = score === "entropy" ? "mahalanobis++" : "entropy";
    throw new UserError(`options.verdict ${score}: ${error.message}; choose another score, e.g. ${other}`);
  }
}

/** By part, of its values on the validation images. @throws UndefinedScore where those of one do not vary */
export const standardsOf = (parts: readonly VerdictPart[], values: readonly Float64Array[]): Standard[] =>
  values.map((own, p) => standardOf(parts[p], own));

/** [P][N] values of each part → their z-scores. */
export const standardised = (standards: readonly Standard[], values: readonly Float64Array[]): Float64Array[] =>
  values.map((own, p) => own.map((value) => (value - standards[p].mean) / standards[p].spread));

/** [P][N] → [N]: known is what all parts take for known. */
export const smallestOf = (scores: readonly Float64Array[]): Float64Array =>
  scores[0].map((_, i) => Math.min(...scores.map((own) => own[i])));

/**
 * A threshold that keeps a share of these scores [V], rising: in the middle between the last that is left out and the first
 * that is kept, so that no rounding moves an image across.
 * @throws UserError for too few images to leave out any
 */
export function thresholdKeeping(known: Float64Array, keeps: number): number {
  // 1 − 0.95 is a little more than 0.05.
  const out = Math.floor((1 - keeps) * known.length + 1e-9);
  if (out === 0)
    throw new UserError(
      `options.keep ${100 * keeps}: of ${known.length} validation images none is to be left out; hold out at least ${Math.ceil(1 / (1 - keeps) - 1e-9)}, or keep less`,
    );
  return (known[out - 1] + known[out]) / 2;
}

function scorerOf(part: VerdictPart, fitting: Fitting): Promise<Scorer> | Scorer {
  switch (part) {
    case "entropy":
      return ({ negativeEntropy }) => negativeEntropy;
    case "max-softmax":
      return ({ logits, softmax: { energy, predicted } }) =>
        energy.map((all, i) => logits[i * fitting.classes + predicted[i]] - all);
    case "energy":
      return ({ softmax: { energy } }) => energy;
    case "mahalanobis++":
      return fitting.scorer(part);
  }
}
