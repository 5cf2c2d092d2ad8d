import {
  type BootstrappedRegressionMetric,
  type Interval,
  pairedRegressionDifference,
  type RegressionMetricName,
  regressionMetricNames,
  regressionMetrics,
} from "../../evaluate/index.ts";
import { bootstrappedRegressionMetrics } from "../../evaluate/internal.ts";
import { type Contrast, type SeededValue, seedInterval, standing } from "../contrast.ts";
import {
  type RegressionArm,
  type RegressionRun,
  type RegressionStudy,
  type ReportedSet,
  setOf,
  targetIn,
} from "./study.ts";

/** A number that arms are compared by: a metric of one target on one set. */
export interface RegressionMeasure {
  readonly set: ReportedSet;
  readonly target: string;
  readonly metric: RegressionMetricName;
}

/**
 * Which end of the scale is better, for stars and verdicts. Neither of coverage, which has a level to keep; nor of width:
 * narrow intervals that miss are no gain, and at which coverage they are narrow the conformal tables say.
 */
export function betterOf({ metric }: RegressionMeasure): "higher" | "lower" | undefined {
  const { better } = regressionMetrics[metric];
  return better === "level" || metric === "width90" ? undefined : better;
}

export const metricOf = ({ metric }: RegressionMeasure) => regressionMetrics[metric];

/** The value of one run; `undefined` where it was not measured. */
export function regressionValue(run: RegressionRun, { set, target, metric }: RegressionMeasure): number | undefined {
  return setOf(run, set)?.metrics[metric]?.byTarget[targetIn(run, target)] ?? undefined;
}

/** One value a run, of those that have it. */
export const regressionValues = ({ runs }: RegressionArm, measure: RegressionMeasure): number[] =>
  runs.flatMap((run) => regressionValue(run, measure) ?? []);

const bootstrapped = (metric: RegressionMetricName): BootstrappedRegressionMetric | undefined =>
  bootstrappedRegressionMetrics.find((name) => name === metric);

/** The 95 % interval of a run's value over the choice of the examples, where there is one. */
export function intervalOf(run: RegressionRun, { set, target, metric }: RegressionMeasure): Interval | undefined {
  const name = bootstrapped(metric);
  return (name && setOf(run, set)?.intervals[name]?.byTarget[targetIn(run, target)]) ?? undefined;
}

/** Every measure that at least one run has, set by set and target by target. */
export function measuresOf({ arms, sets, targets }: RegressionStudy): RegressionMeasure[] {
  const all = sets.flatMap((set) =>
    targets.flatMap((target) => regressionMetricNames.map((metric) => ({ set, target, metric }))),
  );
  return all.filter((measure) => arms.some((arm) => regressionValues(arm, measure).length > 0));
}

const known = new WeakMap<RegressionArm, WeakMap<RegressionArm, Map<string, Contrast | undefined>>>();

/**
 * How an arm differs from another on a measure; each pair is computed once. Several seeds of both give an interval over
 * seeds, paired where two or more are the same; else the examples that both saw are resampled, where the measure allows it.
 * `undefined` where one of them was not measured.
 */
export function regressionContrast(
  arm: RegressionArm,
  other: RegressionArm,
  measure: RegressionMeasure,
): Contrast | undefined {
  const ofArm = known.get(arm) ?? new WeakMap<RegressionArm, Map<string, Contrast | undefined>>();
  known.set(arm, ofArm);
  const ofPair = ofArm.get(other) ?? new Map<string, Contrast | undefined>();
  ofArm.set(other, ofPair);
  const key = JSON.stringify(measure);
  if (!ofPair.has(key)) ofPair.set(key, computed(arm, other, measure));
  return ofPair.get(key);
}

function computed(arm: RegressionArm, other: RegressionArm, measure: RegressionMeasure): Contrast | undefined {
  const [mine, theirs] = [arm, other].map(({ runs }) =>
    runs.flatMap((run): SeededValue[] => {
      const value = regressionValue(run, measure);
      return value === undefined ? [] : [{ seed: run.results.seed, value }];
    }),
  );
  if (mine.length === 0 || theirs.length === 0) return undefined;
  const overSeeds = seedInterval(mine, theirs);
  if (overSeeds) return judged(overSeeds.difference, overSeeds.interval, "seeds", measure);
  const paired = overExamples(arm, other, measure);
  if (paired) return judged(paired.difference, paired.interval, "examples", measure);
  const mean = (values: readonly SeededValue[]) => values.reduce((sum, { value }) => sum + value, 0) / values.length;
  return { difference: mean(mine) - mean(theirs) };
}

function judged(
  difference: number,
  interval: Interval,
  over: "seeds" | "examples",
  measure: RegressionMeasure,
): Contrast {
  const better = betterOf(measure);
  return { difference, interval, over, ...(better && { standing: standing(interval, better) }) };
}

function overExamples(arm: RegressionArm, other: RegressionArm, { set, target, metric }: RegressionMeasure) {
  const name = bootstrapped(metric);
  if (!name) return undefined;
  const [mine, theirs] = [arm, other].map(({ runs }) =>
    runs.filter((run) => setOf(run, set)).map((run) => run.judged(set.set, set.role)),
  );
  return pairedRegressionDifference(mine, theirs, name, targetIn(arm.runs[0], target));
}

/**
 * Which arm is best, where intervals decide it against every other one, and which cannot be told from the best.
 * `undefined` where there is nothing to compare.
 */
export function bestOf(
  arms: readonly RegressionArm[],
  measure: RegressionMeasure,
): { readonly best?: RegressionArm; readonly tied: readonly RegressionArm[] } | undefined {
  const better = betterOf(measure);
  if (!better) return undefined;
  const rivals = arms.flatMap((arm) => {
    const values = regressionValues(arm, measure);
    return values.length > 0 ? [{ arm, mean: values.reduce((a, b) => a + b, 0) / values.length }] : [];
  });
  if (rivals.length < 2) return undefined;
  const sign = better === "higher" ? 1 : -1;
  const leader = rivals.reduce((a, b) => (sign * b.mean > sign * a.mean ? b : a)).arm;
  const others = rivals
    .filter(({ arm }) => arm !== leader)
    .map(({ arm }) => ({ arm, stands: regressionContrast(arm, leader, measure)?.standing }));
  const tied = others.filter(({ stands }) => stands === "undecided").map(({ arm }) => arm);
  if (tied.length > 0) return { tied: [leader, ...tied] };
  return others.every(({ stands }) => stands === "worse") ? { best: leader, tied: [] } : { tied: [] };
}
