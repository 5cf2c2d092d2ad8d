import { UserError } from "../core/index.ts";
import { type MeanSd, meanSd } from "./aggregate.ts";

/** How the mean of `a` stands to the mean of `b`. */
export interface Comparison {
  readonly difference: number;
  /** Half width of the 95 % interval of the difference; `undefined` where a side has a single seed. */
  readonly halfWidth: number | undefined;
  /** `tie`: the interval holds 0. `unknown`: a single seed cannot tell. */
  readonly verdict: "higher" | "lower" | "tie" | "unknown";
}

/**
 * Welch's t interval over seeds: honest for the two or three seeds that a CPU has time for, hence wide.
 * @example
 * compareSeeds([0.91, 0.93, 0.92], [0.89, 0.9, 0.91]); // of seeds that share nothing
 */
export function compareSeeds(a: readonly number[], b: readonly number[]): Comparison {
  const [left, right] = [meanSd(a), meanSd(b)];
  const difference = left.mean - right.mean;
  if (left.sd === undefined || right.sd === undefined) return { difference, halfWidth: undefined, verdict: "unknown" };
  const variance = ({ sd, values }: MeanSd) => (sd as number) ** 2 / values.length;
  const [va, vb] = [variance(left), variance(right)];
  // Welch–Satterthwaite degrees of freedom.
  const freedom = (va + vb) ** 2 / (va ** 2 / (a.length - 1) + vb ** 2 / (b.length - 1));
  return judged(difference, va + vb === 0 ? 0 : studentT975(freedom) * Math.sqrt(va + vb));
}

/**
 * Student's t interval of the mean of a − b, seed by seed: what two runs of one seed share (order of the images,
 * augmentation, where the same network is trained its first weights) stays out of it.
 * @throws UserError for lists of different lengths.
 * @example
 * comparePaired([0.91, 0.93, 0.92], [0.89, 0.9, 0.91]); // of the same seeds
 */
export function comparePaired(a: readonly number[], b: readonly number[]): Comparison {
  if (a.length !== b.length) throw new UserError(`comparePaired: ${a.length} and ${b.length} values are no pairs`);
  const { mean, sd } = meanSd(a.map((value, i) => value - b[i]));
  if (sd === undefined) return { difference: mean, halfWidth: undefined, verdict: "unknown" };
  return judged(mean, (studentT975(a.length - 1) * sd) / Math.sqrt(a.length));
}

function judged(difference: number, halfWidth: number): Comparison {
  if (Math.abs(difference) <= halfWidth) return { difference, halfWidth, verdict: "tie" };
  return { difference, halfWidth, verdict: difference > 0 ? "higher" : "lower" };
}

/** 97.5 % quantiles of Student's t at 1, 2, … degrees of freedom. */
const quantiles = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];

/** Rounds the degrees of freedom down, that is, to the wider interval. */
function studentT975(freedom: number): number {
  const whole = Math.max(1, Math.floor(freedom));
  // Beyond the table: Cornish–Fisher, exact to 1e-3 from 10 degrees on.
  return quantiles[whole - 1] ?? 1.95996 + 2.3722 / whole + 2.8225 / whole ** 2;
}
