import { type Interval, judge, type OodScoreName, type PairedDifference, pairedDifference } from "../evaluate/index.ts";
import { placements, strangeness, varianceOfMean } from "../evaluate/internal.ts";
import { mean } from "./corruption-levels.ts";
import type { ReportedArm, ReportedRun } from "./study.ts";

/** One number an image of a run; `undefined` where it was not judged on them. */
export type PerImage = (run: ReportedRun) => ArrayLike<number> | undefined;

/** Of each image the mean over an arm's seeds; `undefined` where they were not judged on the same images. */
export function meanOverSeeds({ runs }: ReportedArm, perImage: PerImage): Float64Array | undefined {
  return meanOverLists(runs.map(perImage));
}

/** Of each image the mean over several lists of the same images; `undefined` where one is missing or of other images. */
export function meanOverLists(lists: readonly (ArrayLike<number> | undefined)[]): Float64Array | undefined {
  const [first] = lists;
  if (!first || lists.some((list) => list?.length !== first.length)) return undefined;
  return Float64Array.from({ length: first.length }, (_, row) => mean(lists.map((list) => list![row])));
}

/** Difference of two arms in a mean over images, with its interval over the choice of the images both saw. */
export const differenceOfMeans =
  (perImage: PerImage) =>
  (arm: ReportedArm, other: ReportedArm): PairedDifference | undefined => {
    const [mine, theirs] = [meanOverSeeds(arm, perImage), meanOverSeeds(other, perImage)];
    return mine && theirs && mine.length === theirs.length ? pairedDifference(mine, theirs) : undefined;
  };

/**
 * The same over the images of all seeds that both arms have, one after the other: each seed may have images of its own.
 * `undefined` where they share no seed, or a seed's runs were not judged on the same images.
 */
export function pooledDifference(
  perImage: PerImage,
  arm: ReportedArm,
  other: ReportedArm,
): PairedDifference | undefined {
  const pairs = arm.runs.flatMap((run) => {
    const same = other.runs.find(({ results }) => run.results.seed !== undefined && results.seed === run.results.seed);
    return same ? [[perImage(run), perImage(same)] as const] : [];
  });
  if (pairs.length === 0 || pairs.some(([a, b]) => !a || a.length !== b?.length)) return undefined;
  const [mine, theirs] = [0, 1].map((side) => Float64Array.from(pairs.flatMap((pair) => Array.from(pair[side]!))));
  return pairedDifference(mine, theirs);
}

/** 95 % interval, over the choice of the images, of a run's mean over them. */
export function intervalOverImages(run: ReportedRun, perImage: PerImage): Interval | undefined {
  const values = perImage(run);
  return values && pairedDifference(values, new Float64Array(values.length)).interval;
}

/** Whether each image of these sets is right, the mean over the sets. */
export const rightIn =
  (names: (run: ReportedRun) => readonly string[]) =>
  (run: ReportedRun): Float64Array | undefined => {
    const all = run.correct();
    return meanOverLists(names(run).map((name) => all.find((one) => one.name === name)?.correct));
  };

/** As `rightIn`, of wrong answers. */
export const wrongIn =
  (names: (run: ReportedRun) => readonly string[]): PerImage =>
  (run) =>
    rightIn(names)(run)?.map((share) => 1 - share);

/** Negative log-likelihood of each image of a set. */
export const nllIn =
  (set: string): PerImage =>
  (run) => {
    const entry = run.stored().find((one) => one.set === set && one.role !== "ood");
    return entry && judge(run.load(entry)).nll;
  };

/** How strange each image of a set looks to a run by a score; a known and a foreign set may have one name. */
function strangenessOf(run: ReportedRun, set: string, foreign: boolean, score: OodScoreName): Float64Array | undefined {
  const entry = run.stored().find((one) => one.set === set && (one.role === "ood") === foreign);
  return entry && strangeness(score, run.load(entry));
}

/**
 * Difference of two AUROCs on the same images with DeLong's interval (DeLong, DeLong & Clarke-Pearson 1988), of arms
 * with one seed each; `undefined` where one lacks the score.
 */
export const differenceOfAurocs =
  (against: (run: ReportedRun) => string | undefined, set: string, score: OodScoreName) =>
  (arm: ReportedArm, other: ReportedArm): PairedDifference | undefined => {
    const found = [arm, other].map(({ runs: [run, ...more] }) => {
      const known = against(run);
      if (more.length > 0 || known === undefined) return undefined;
      const sides = [strangenessOf(run, known, false, score), strangenessOf(run, set, true, score)] as const;
      return sides[0] && sides[1] ? placements(sides[0], sides[1]) : undefined;
    });
    const [mine, theirs] = found;
    if (!mine || !theirs || mine.known.length !== theirs.known.length) return undefined;
    if (mine.foreign.length !== theirs.foreign.length) return undefined;
    const foreign = mine.foreign.map((value, row) => value - theirs.foreign[row]);
    const known = mine.known.map((value, row) => value - theirs.known[row]);
    const difference = mean(Array.from(foreign));
    const halfWidth = 1.96 * Math.sqrt(varianceOfMean(foreign) + varianceOfMean(known));
    return { difference, interval: [difference - halfWidth, difference + halfWidth] satisfies Interval };
  };
