import { comparePaired, compareSeeds, type Interval } from "../evaluate/index.ts";
import type { Measure } from "./measures.ts";
import { differenceOfMeans, pooledDifference } from "./over-images.ts";
import type { ReportedArm } from "./study.ts";

export type Standing = "better" | "worse" | "undecided";

/** How one arm differs from another on one measure. */
export interface Contrast {
  /** The arm's mean minus the other's. */
  readonly difference: number;
  /** Its 95 % interval; absent where the runs allow none. */
  readonly interval?: Interval;
  /** What the interval is over: another seed of training, or another draw of test images or other examples. */
  readonly over?: "seeds" | "images" | "examples";
  /** Absent without an interval, and where no end of the scale is better. */
  readonly standing?: Standing;
}

/** By a 95 % interval of the difference: one that holds 0 decides nothing. */
export function standing(interval: Interval, better: "higher" | "lower" = "higher"): Standing {
  if (interval[0] <= 0 && interval[1] >= 0) return "undecided";
  return interval[0] > 0 === (better === "higher") ? "better" : "worse";
}

/** What a reader is told of a standing: an interval that holds zero is no finding. */
export const standingWords: Record<Standing, string> = {
  better: "better",
  worse: "worse",
  undecided: "not distinguishable",
};

const known = new WeakMap<ReportedArm, WeakMap<ReportedArm, Map<string, Contrast | undefined>>>();

/**
 * The one way in which a page compares two arms; each pair is computed once. Several seeds of both give an interval over
 * seeds, paired where two or more seeds are the same; else images are resampled, where the measure allows it. With
 * `intervalsOver` images, those of all seeds together come first. `undefined` where one of them was not measured.
 */
export function contrast(
  arm: ReportedArm,
  other: ReportedArm,
  measure: Measure,
  intervalsOver: "seeds" | "images" = "seeds",
): Contrast | undefined {
  const ofArm = known.get(arm) ?? new WeakMap();
  known.set(arm, ofArm);
  const ofPair: Map<string, Contrast | undefined> = ofArm.get(other) ?? new Map();
  ofArm.set(other, ofPair);
  const key = [measure.group, measure.title, intervalsOver].join("\n");
  if (!ofPair.has(key)) ofPair.set(key, computed(arm, other, measure, intervalsOver));
  return ofPair.get(key);
}

export interface SeededValue {
  readonly seed?: number;
  readonly value: number;
}

function computed(
  arm: ReportedArm,
  other: ReportedArm,
  measure: Measure,
  intervalsOver: "seeds" | "images",
): Contrast | undefined {
  const valuesOf = ({ runs }: ReportedArm): SeededValue[] =>
    runs.flatMap((run) => {
      const value = measure.of(run.results, run);
      return value === undefined ? [] : [{ seed: run.results.seed, value }];
    });
  const [mine, theirs] = [valuesOf(arm), valuesOf(other)];
  if (mine.length === 0 || theirs.length === 0) return undefined;
  const pooled = intervalsOver === "images" && measure.perImage && pooledDifference(measure.perImage, arm, other);
  if (pooled) return judged(pooled.difference, pooled.interval, "images", measure);
  const overSeeds = seedInterval(mine, theirs);
  if (overSeeds) return judged(overSeeds.difference, overSeeds.interval, "seeds", measure);
  const { perImage, overImages = perImage && differenceOfMeans(perImage) } = measure;
  const paired = overImages?.(arm, other);
  if (paired) return judged(paired.difference, paired.interval, "images", measure);
  return { difference: mean(mine) - mean(theirs) };
}

const mean = (values: readonly SeededValue[]): number =>
  values.reduce((sum, { value }) => sum + value, 0) / values.length;

function judged(difference: number, interval: Interval, over: "seeds" | "images", { better }: Measure): Contrast {
  return { difference, interval, over, ...(better && { standing: standing(interval, better) }) };
}

/** Student's interval over pairs of equal seeds, or Welch's over seeds that are not the same. */
export function seedInterval(mine: readonly SeededValue[], theirs: readonly SeededValue[]) {
  const pairs = mine.flatMap(({ seed, value }) => {
    const same = theirs.find((one) => seed !== undefined && one.seed === seed);
    return same ? [[value, same.value] as const] : [];
  });
  const numbers = (values: readonly SeededValue[]) => values.map(({ value }) => value);
  const { difference, halfWidth } =
    pairs.length > 1
      ? comparePaired(
          pairs.map(([a]) => a),
          pairs.map(([, b]) => b),
        )
      : compareSeeds(numbers(mine), numbers(theirs));
  if (halfWidth === undefined) return undefined;
  return { difference, interval: [difference - halfWidth, difference + halfWidth] as const };
}
