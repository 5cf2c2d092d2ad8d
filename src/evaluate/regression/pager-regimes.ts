import { UserError } from "../../core/index.ts";
import { quantile } from "../quantile.ts";

/**
 * How much a regression's prediction is to be feared, by PAGER (ICML 2024): `id`, known and in the support of the training
 * data; then low, moderate and high risk.
 */
export const riskRegimes = ["id", "low", "moderate", "high"] as const;
export type RiskRegime = (typeof riskRegimes)[number];

/** The 25th and the 75th percentile of some values: up to the first is low, above the second is high. */
export interface Cuts {
  readonly lower: number;
  readonly upper: number;
}

/**
 * The percentiles 20 and 80 of scores, which part low from moderate and moderate from high ones (PAGER, section 4).
 * @throws UserError for no values, or one that is not a finite number.
 * @example
 * const { lower, upper } = cutsOf([0.1, 0.4, 0.2, 0.9, 0.5]);
 */
export function cutsOf(values: ArrayLike<number>): Cuts {
  if (values.length === 0) throw new UserError("regimes: no values to take percentiles of");
  const bad = Array.prototype.findIndex.call(values, (value) => !Number.isFinite(value));
  if (bad >= 0) throw new UserError(`regimes: value ${bad} is ${values[bad]}, not a finite number`);
  return { lower: quantile(values, 0.25), upper: quantile(values, 0.75) };
}

/**
 * By level of non-conformity, then of uncertainty: low, moderate, high. From the paper's figure of the framework. The
 * paper's text, as summaries have it, puts moderate non-conformity at high uncertainty under moderate risk; the figure, and
 * this table, under high risk.
 */
const table: readonly (readonly RiskRegime[])[] = [
  ["id", "low", "moderate"],
  ["id", "low", "high"],
  ["low", "moderate", "high"],
];

const levelOf = (value: number, { lower, upper }: Cuts): number => (value <= lower ? 0 : value <= upper ? 1 : 2);

/**
 * The risk regime of each example. As in the paper, the cuts are percentiles of these very examples; a deployed model,
 * which sees one example at a time, gives those of calibration examples (`cutsOf`).
 * @param uncertainty [N], such as standard deviations over references
 * @param nonConformity [N], such as `reverseScore`
 * @throws UserError for lists of different lengths, and values that are not finite.
 * @example
 * const regimes = riskRegimesOf([0.1, 0.9, 0.5], [0.2, 0.8, 0.4]); // of each example, e.g. "id"
 */
export function riskRegimesOf(
  uncertainty: ArrayLike<number>,
  nonConformity: ArrayLike<number>,
  cuts: { readonly uncertainty: Cuts; readonly nonConformity: Cuts } = {
    uncertainty: cutsOf(uncertainty),
    nonConformity: cutsOf(nonConformity),
  },
): RiskRegime[] {
  if (uncertainty.length !== nonConformity.length)
    throw new UserError(
      `regimes: ${uncertainty.length} uncertainties and ${nonConformity.length} scores of non-conformity; give one each`,
    );
  return Array.from({ length: uncertainty.length }, (_, i) => {
    for (const [what, value] of Object.entries({ uncertainty: uncertainty[i], "non-conformity": nonConformity[i] }))
      if (!Number.isFinite(value)) throw new UserError(`regimes: the ${what} of example ${i} is ${value}`);
    return table[levelOf(nonConformity[i], cuts.nonConformity)][levelOf(uncertainty[i], cuts.uncertainty)];
  });
}
