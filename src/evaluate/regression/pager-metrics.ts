import { UserError } from "../../core/index.ts";
import { quantile } from "../quantile.ts";
import { type RiskRegime, riskRegimes } from "./pager-regimes.ts";

/** How well risk regimes foretell the loss, by PAGER (ICML 2024). Lower is better in all four. */
export interface RegimeMetrics {
  /** Examples in each regime. */
  readonly counts: Readonly<Record<RiskRegime, number>>;
  /** FN: share of {ID, Low} whose loss is among the highest fifth of all. `undefined` where both are empty. */
  readonly falseNegatives: number | undefined;
  /** FP: share of {Moderate, High} whose loss is among the lowest fifth of all. `undefined` where both are empty. */
  readonly falsePositives: number | undefined;
  /** C_low = Q.9(loss | ID) / Q.1(loss | Low): confusion of neighbours. `undefined` where one is empty, or Q.1 is 0. */
  readonly confusionLow: number | undefined;
  /** C_high = Q.9(loss | Moderate) / Q.1(loss | High). */
  readonly confusionHigh: number | undefined;
}

/**
 * PAGER's four numbers of risk regimes: FN, FP, C_low and C_high.
 * @param loss [N] at least 0, such as the L1 error that the paper uses throughout
 * @throws UserError for lists of different lengths, none, or a loss that is negative or not a number.
 * @example
 * const uncertainty = [0.1, 0.9, 0.5, 0.2, 0.7];
 * const regimes = riskRegimesOf(uncertainty, [0.2, 0.8, 0.4, 0.1, 0.9]);
 * console.log(regimeMetrics(regimes, [0.1, 2, 0.5, 0.2, 1]));
 */
export function regimeMetrics(regimes: readonly RiskRegime[], loss: ArrayLike<number>): RegimeMetrics {
  if (loss.length !== regimes.length || loss.length === 0)
    throw new UserError(`regime metrics: ${regimes.length} regimes and ${loss.length} losses; give one each`);
  const bad = Array.prototype.findIndex.call(loss, (value) => !(value >= 0 && Number.isFinite(value)));
  if (bad >= 0)
    throw new UserError(`regime metrics: loss ${loss[bad]} of example ${bad}; a loss is finite, at least 0`);
  const of = (...some: readonly RiskRegime[]) => Array.from(loss).filter((_, i) => some.includes(regimes[i]));
  const [fifth, fourFifths] = [quantile(loss, 0.2), quantile(loss, 0.8)];
  return {
    counts: Object.fromEntries(riskRegimes.map((regime) => [regime, of(regime).length])) as Record<RiskRegime, number>,
    falseNegatives: shareOf(of("id", "low"), (value) => value > fourFifths),
    falsePositives: shareOf(of("moderate", "high"), (value) => value < fifth),
    confusionLow: confusion(of("id"), of("low")),
    confusionHigh: confusion(of("moderate"), of("high")),
  };
}

const shareOf = (losses: readonly number[], is: (loss: number) => boolean): number | undefined =>
  losses.length > 0 ? losses.filter(is).length / losses.length : undefined;

function confusion(milder: readonly number[], graver: readonly number[]): number | undefined {
  if (milder.length === 0 || graver.length === 0) return undefined;
  const floor = quantile(graver, 0.1);
  return floor > 0 ? quantile(milder, 0.9) / floor : undefined;
}
