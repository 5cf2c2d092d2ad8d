import {
  compareSeeds,
  type MetricName,
  metricNames,
  metrics,
  type OodScoreName,
  oodScoreNames,
  oodScores,
  type Results,
} from "../evaluate/index.ts";
import type { ReportedArm, Study } from "./study.ts";

/** One number a run can be judged by: a row of the comparison table. */
export interface Measure {
  /** What rows are grouped under, e.g. `Under shift: emoji/shift`. */
  readonly group: string;
  readonly title: string;
  readonly meaning: string;
  readonly unit: "%" | "";
  /** Absent where neither is. */
  readonly better?: "higher" | "lower";
  /** What a guess scores: no arm that does no better is the best. */
  readonly guess?: number;
  /** The value of one run; `undefined` where it was not measured. */
  readonly of: (results: Results) => number | undefined;
  /** Its 95 % interval over the choice of the images, where there is one. */
  readonly intervalOf?: (results: Results) => readonly [number, number] | undefined;
}

export const groupTitle = (role: "test" | "shift", set: string): string =>
  `${role === "test" ? "In distribution" : "Under shift"}: ${set}`;

export const setMeasure = (set: string, role: "test" | "shift", metric: MetricName): Measure => ({
  group: groupTitle(role, set),
  ...metrics[metric],
  of: (results) => results.sets.find((other) => other.set === set)?.metrics[metric],
  intervalOf: (results) => results.sets.find((other) => other.set === set)?.intervals?.[metric],
});

export const oodMeasure = (set: string, score: OodScoreName): Measure => ({
  group: `Out of distribution: ${set}`,
  title: `AUROC by ${oodScores[score].short}`,
  meaning: `How well this score tells foreign images from known ones: 100 % always, 50 % never. ${oodScores[score].title}.`,
  unit: "%",
  better: "higher",
  guess: 0.5,
  of: (results) => results.ood.find((other) => other.set === set && other.score === score)?.auroc,
});

const UNDER_CORRUPTION = "Under corruption";

/** Mean error over a whole set of corruptions, by its name in `meanErrors`. */
export const corruptionErrorMeasure = (name: string): Measure => ({
  group: UNDER_CORRUPTION,
  title: `Mean corruption error, ${name}`,
  meaning:
    "Share of wrong answers, averaged over the corruptions named and their five severities; no baseline divides it.",
  unit: "%",
  better: "lower",
  of: (results) => results.corruptions?.meanErrors[name],
});

/** Whether all runs that were judged under corruption were so under the same ones, asked of the same number of images. */
function sameCorruptions({ arms }: Study): boolean {
  const seen = arms.flatMap(({ runs }) =>
    runs.flatMap(({ results: { corruptions } }) =>
      corruptions ? [corruptions.cells.map(({ set }) => set).join() + corruptions.images] : [],
    ),
  );
  return new Set(seen).size <= 1;
}

/** Metrics averaged over all cells; none where runs were judged on different ones. */
export const corruptionMeans = (study: Study): Measure[] =>
  sameCorruptions(study) ? (["accuracy", "smoothEce", "nll"] as const).map(corruptionMeanMeasure) : [];

const corruptionMeanMeasure = (metric: MetricName): Measure => ({
  ...metrics[metric],
  group: UNDER_CORRUPTION,
  title: `${metrics[metric].title}, mean over all`,
  of: ({ corruptions }) => {
    const values = corruptions?.cells.flatMap((cell) => cell.metrics[metric] ?? []) ?? [];
    return values.length > 0 ? values.reduce((a, b) => a + b, 0) / values.length : undefined;
  },
});

/** Names of the sets of corruptions that a run has whole, smallest first. */
export const corruptionErrorNames = ({ arms }: Study): string[] => [
  ...new Set(
    arms.flatMap(({ runs }) => runs.flatMap(({ results }) => Object.keys(results.corruptions?.meanErrors ?? {}))),
  ),
];

/** Names of the out-of-distribution sets, in order of first appearance. */
export const oodSets = ({ arms }: Study): string[] => [
  ...new Set(arms.flatMap(({ runs }) => runs.flatMap(({ results }) => results.ood.map(({ set }) => set)))),
];

/** Every measure that at least one run has. */
export function measuresOf(study: Study): Measure[] {
  const all = [
    ...study.sets.flatMap(({ set, role }) => metricNames.map((metric) => setMeasure(set, role, metric))),
    ...corruptionErrorNames(study).map(corruptionErrorMeasure),
    ...corruptionMeans(study),
    ...oodSets(study).flatMap((set) => oodScoreNames.map((score) => oodMeasure(set, score))),
  ];
  return all.filter((measure) => study.arms.some((arm) => valuesOf(arm, measure).length > 0));
}

/** One value a seed, of the runs that have it. */
export const valuesOf = (arm: ReportedArm, { of }: Measure): number[] =>
  arm.runs.flatMap(({ results }) => of(results) ?? []);

/** Whether a value of a measure is worse than a guess's, where one is known. */
export const worseThanGuessing = ({ guess, better }: Measure, value: number): boolean =>
  guess !== undefined && (better === "lower" ? value > guess : value < guess);

interface Rival {
  readonly arm: ReportedArm;
  readonly values: readonly number[];
  readonly mean: number;
}

/**
 * Which arm is best, where that is decided, and which arms cannot be told from the best one. Several seeds are told apart by
 * Welch's interval, one seed an arm by intervals over the images that do not overlap; where there are none, nothing is decided,
 * and so it is where the best does no better than a guess. `undefined` for fewer than two arms with values, and where no end
 * of the scale is better.
 */
export function bestOf(
  arms: readonly ReportedArm[],
  measure: Measure,
): { readonly best?: ReportedArm; readonly tied: readonly ReportedArm[] } | undefined {
  const rivals: Rival[] = arms
    .map((arm) => ({ arm, values: valuesOf(arm, measure) }))
    .filter(({ values }) => values.length > 0)
    .map((rival) => ({ ...rival, mean: rival.values.reduce((a, b) => a + b, 0) / rival.values.length }));
  if (rivals.length < 2 || !measure.better) return undefined;
  const sign = measure.better === "higher" ? 1 : -1;
  const leader = rivals.reduce((a, b) => (sign * b.mean > sign * a.mean ? b : a));
  const others = rivals
    .filter((rival) => rival !== leader)
    .map((rival) => ({ rival, stands: apart(rival, leader, measure) }));
  const tied = others.filter(({ stands }) => stands === "tied").map(({ rival }) => rival.arm);
  if (tied.length > 0) return { tied: [leader.arm, ...tied] };
  const decided = others.every(({ stands }) => stands === "apart");
  const guesses = measure.guess !== undefined && sign * leader.mean <= sign * measure.guess;
  return decided && !guesses ? { best: leader.arm, tied: [] } : { tied: [] };
}

function apart(a: Rival, b: Rival, { intervalOf }: Measure): "apart" | "tied" | "unknown" {
  const { verdict } = compareSeeds(a.values, b.values);
  if (verdict !== "unknown") return verdict === "tie" ? "tied" : "apart";
  const [own, other] = [a, b].map(({ arm }) => (arm.runs.length === 1 ? intervalOf?.(arm.runs[0].results) : undefined));
  if (!own || !other) return "unknown";
  return own[0] > other[1] || other[0] > own[1] ? "apart" : "tied";
}
