import { orNull } from "./conformal-results.ts";
import { judgeRegression } from "./judged.ts";
import { regimeMetrics } from "./pager-metrics.ts";
import { cutsOf, type RiskRegime, riskRegimes, riskRegimesOf } from "./pager-regimes.ts";
import type { RegimeResults } from "./results.ts";
import type { StoredRegression } from "./stored-set.ts";

/** [N] σ, Score1 and the L1 error of a set; `undefined` where the model gives no σ or no Score1. */
function signals(answers: StoredRegression, scale: readonly number[]) {
  const { standardDeviation, reverse, targets } = answers;
  if (!standardDeviation || !reverse) return undefined;
  const dimensions = targets.names.length;
  // One target keeps its unit; several, whose units differ, are measured in standard deviations of the training targets.
  const units = dimensions === 1 ? [1] : scale.map((value) => value || 1);
  const sum = (values: ArrayLike<number>) =>
    Float64Array.from({ length: reverse.length }, (_, row) =>
      units.reduce((total, unit, d) => total + Math.abs(values[row * dimensions + d]) / unit, 0),
    );
  const { residual } = judgeRegression(answers, targets);
  return { uncertainty: sum(standardDeviation), nonConformity: reverse, loss: sum(residual) };
}

/**
 * PAGER's risk regimes of a set by σ and Score1, and how well they foretell the L1 error: with percentiles of the set, as
 * in the paper, and with those of validation examples, as a deployed model must. `undefined` where σ or Score1 is missing.
 * @param scale [D] standard deviations of the training targets
 */
export function regimeResults(
  answers: StoredRegression,
  validation: StoredRegression | undefined,
  scale: readonly number[],
): RegimeResults[] | undefined {
  const own = signals(answers, scale);
  if (!own) return undefined;
  const held = validation && signals(validation, scale);
  const sources = [{ cuts: "own" as const, from: own }, ...(held ? [{ cuts: "validation" as const, from: held }] : [])];
  return sources.map(({ cuts, from }): RegimeResults => {
    const regimes = riskRegimesOf(own.uncertainty, own.nonConformity, {
      uncertainty: cutsOf(from.uncertainty),
      nonConformity: cutsOf(from.nonConformity),
    });
    const { counts, falseNegatives, falsePositives, confusionLow, confusionHigh } = regimeMetrics(regimes, own.loss);
    return {
      cuts,
      counts,
      meanLoss: meanLosses(regimes, own.loss),
      falseNegatives: orNull(falseNegatives),
      falsePositives: orNull(falsePositives),
      confusionLow: orNull(confusionLow),
      confusionHigh: orNull(confusionHigh),
    };
  });
}

function meanLosses(regimes: readonly RiskRegime[], loss: Float64Array): Record<RiskRegime, number | null> {
  const of = (regime: RiskRegime) => {
    const losses = loss.filter((_, i) => regimes[i] === regime);
    return losses.length > 0 ? losses.reduce((a, b) => a + b, 0) / losses.length : null;
  };
  return Object.fromEntries(riskRegimes.map((regime) => [regime, of(regime)])) as Record<RiskRegime, number | null>;
}
