import { contrast } from "./contrast.ts";
import { type Measure, valuesOf } from "./measures.ts";
import type { ReportedArm } from "./study.ts";

interface Rival {
  readonly arm: ReportedArm;
  readonly mean: number;
}

/**
 * Which arm is best, where that is decided, and which arms cannot be told from the best one: the interval of their
 * difference holds zero, or, where a single seed has none, their own intervals over the images overlap. Where there are
 * none either, nothing is decided, and so it is where the best does no better than a guess. `undefined` for fewer than
 * two arms with values, and where no end of the scale is better.
 */
export function bestOf(
  arms: readonly ReportedArm[],
  measure: Measure,
): { readonly best?: ReportedArm; readonly tied: readonly ReportedArm[] } | undefined {
  const rivals: Rival[] = arms.flatMap((arm) => {
    const values = valuesOf(arm, measure);
    return values.length > 0 ? [{ arm, mean: values.reduce((a, b) => a + b, 0) / values.length }] : [];
  });
  if (rivals.length < 2 || !measure.better) return undefined;
  const sign = measure.better === "higher" ? 1 : -1;
  const leader = rivals.reduce((a, b) => (sign * b.mean > sign * a.mean ? b : a));
  const others = rivals
    .filter((rival) => rival !== leader)
    .map(({ arm }) => ({ arm, stands: apart(arm, leader.arm, measure) }));
  const tied = others.filter(({ stands }) => stands === "tied").map(({ arm }) => arm);
  if (tied.length > 0) return { tied: [leader.arm, ...tied] };
  const decided = others.every(({ stands }) => stands === "apart");
  const guesses = measure.guess !== undefined && sign * leader.mean <= sign * measure.guess;
  return decided && !guesses ? { best: leader.arm, tied: [] } : { tied: [] };
}

function apart(a: ReportedArm, b: ReportedArm, measure: Measure): "apart" | "tied" | "unknown" {
  const stands = contrast(a, b, measure)?.standing;
  if (stands) return stands === "undecided" ? "tied" : "apart";
  const [own, other] = [a, b].map(({ runs }) =>
    runs.length === 1 ? measure.intervalOf?.(runs[0].results) : undefined,
  );
  if (!own || !other) return "unknown";
  return own[0] > other[1] || other[0] > own[1] ? "apart" : "tied";
}
