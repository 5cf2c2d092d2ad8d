import {
  corruptionSets,
  judge,
  type MetricName,
  metricNames,
  metrics,
  type OodScoreName,
  oodScoreNames,
  oodScores,
  type PairedDifference,
  type Results,
} from "../evaluate/index.ts";
import { differenceOfAurocs, nllIn, type PerImage, rightIn, wrongIn } from "./over-images.ts";
import type { ReportedArm, ReportedRun, ReportedStudy } from "./study.ts";

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
  readonly of: (results: Results, run: ReportedRun) => number | undefined;
  /** Its 95 % interval over the choice of the images, where there is one. */
  readonly intervalOf?: (results: Results) => readonly [number, number] | undefined;
  /** One number an image, whose mean over the images the measure is. */
  readonly perImage?: PerImage;
  /** Of a measure that is no mean over images: difference of two arms with its 95 % interval over the images that both saw, where it can be had. */
  readonly overImages?: (arm: ReportedArm, other: ReportedArm) => PairedDifference | undefined;
}

export const groupTitle = (role: "test" | "shift", set: string): string =>
  `${role === "test" ? "In distribution" : "Under shift"}: ${set}`;

/**
 * A metric of a labelled image set, the test set or one of its shifts; for the `measures` of a study.
 * @example setMeasure("emoji/test", "test", "accuracy")
 */
export const setMeasure = (set: string, role: "test" | "shift", metric: MetricName): Measure => ({
  group: groupTitle(role, set),
  ...metrics[metric],
  of: (results) => results.sets.find((other) => other.set === set)?.metrics[metric],
  intervalOf: (results) => results.sets.find((other) => other.set === set)?.intervals?.[metric],
  ...(metric === "accuracy" && { perImage: rightIn(() => [set]) }),
  ...(metric === "nll" && { perImage: nllIn(set) }),
});

/**
 * A metric of the validation images, which results leave out: it is computed from the stored predictions; for the
 * `measures` of a study.
 * @example validationMeasure("accuracy")
 */
export const validationMeasure = (metric: MetricName): Measure => ({
  group: "Validation",
  ...metrics[metric],
  of: (_results, run) => {
    const entry = run.stored().find(({ role }) => role === "validation");
    return entry && metrics[metric].compute(judge(run.load(entry)));
  },
});

/**
 * AUROC of one score against one foreign set; for the `measures` of a study.
 * @example oodMeasure("mnist", "max-softmax")
 */
export const oodMeasure = (set: string, score: OodScoreName): Measure => ({
  group: `Out of distribution: ${set}`,
  title: `AUROC by ${oodScores[score].short}`,
  meaning: `How well this score tells foreign images from known ones: 100 % always, 50 % never. ${oodScores[score].title}.`,
  unit: "%",
  better: "higher",
  guess: 0.5,
  of: (results) => results.ood.find((other) => other.set === set && other.score === score)?.auroc,
  overImages: differenceOfAurocs(
    (run: ReportedRun) => run.results.ood.find((other) => other.set === set)?.against,
    set,
    score,
  ),
});

/**
 * A measure of what an arm was asked beside, e.g. of other classes (`beside` of a study's arm); for the `measures` of a study.
 * @example
 * const other = besideMeasure("other", "Classes that were not tuned on", setMeasure("emoji/test", "test", "accuracy"))
 */
export const besideMeasure = (name: string, group: string, { title, meaning, unit, better, of }: Measure): Measure => ({
  ...{ title, meaning, unit, better },
  group,
  of: (_results, { beside }) => beside?.[name] && of(beside[name].results, beside[name]),
});

/**
 * The harmonic mean of two measures that are shares, e.g. accuracy on classes that were tuned on and on others: one that is near
 * none makes it so; for the `measures` of a study.
 * @example
 * const clean = setMeasure("emoji/test", "test", "accuracy");
 * const both = harmonicMeasure("Both", [clean, besideMeasure("other", "Other classes", clean)]);
 */
export const harmonicMeasure = (group: string, measures: readonly Measure[]): Measure => ({
  group,
  title: "Harmonic mean",
  meaning: `Of ${measures.map((measure) => `${measure.title.toLowerCase()} (${measure.group})`).join(" and ")}: 0 where one of them is.`,
  unit: "%",
  better: "higher",
  of: (results, run) => {
    const values = measures.flatMap((measure) => measure.of(results, run) ?? []);
    if (values.length < measures.length) return undefined;
    return values.includes(0) ? 0 : values.length / values.reduce((sum, value) => sum + 1 / value, 0);
  },
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
  perImage: wrongIn((run) => corruptionsOf(run).filter(isMemberOf(name))),
});

/** Names end in `*` where something stood in for what the benchmark prescribes. */
const plainName = (name: string): string => name.replace(/\*$/, "");

const isMemberOf = (set: string) => (corruption: string) =>
  corruptionSets[plainName(set)]?.includes(plainName(corruption)) ?? false;

/** Whether all runs that were judged under corruption were so under the same ones, asked of the same number of images. */
function sameCorruptions({ arms }: ReportedStudy): boolean {
  const seen = arms.flatMap(({ runs }) =>
    runs.flatMap(({ results: { corruptions } }) =>
      corruptions ? [corruptions.cells.map(({ set }) => set).join() + corruptions.images] : [],
    ),
  );
  return new Set(seen).size <= 1;
}

/** Metrics averaged over all cells; none where runs were judged on different ones. */
export const corruptionMeans = (study: ReportedStudy): Measure[] =>
  sameCorruptions(study) ? (["accuracy", "smoothEce", "nll"] as const).map(corruptionMeanMeasure) : [];

/**
 * A metric averaged over all corruptions and severities that a run was judged under; for the `measures` of a study.
 * @example corruptionMeanMeasure("accuracy")
 */
export const corruptionMeanMeasure = (metric: MetricName): Measure => ({
  ...metrics[metric],
  group: UNDER_CORRUPTION,
  title: `${metrics[metric].title}, mean over all`,
  of: ({ corruptions }) => {
    const values = corruptions?.cells.flatMap((cell) => cell.metrics[metric] ?? []) ?? [];
    return values.length > 0 ? values.reduce((a, b) => a + b, 0) / values.length : undefined;
  },
  ...(metric === "accuracy" && { perImage: rightIn(corruptionsOf) }),
});

const corruptionsOf = ({ results }: ReportedRun): string[] => [
  ...new Set((results.corruptions?.cells ?? []).map(({ corruption }) => corruption)),
];

/** Names of the corruptions that any run was judged under, in order of first appearance. */
export const corruptionNames = ({ arms }: ReportedStudy): string[] => [
  ...new Set(arms.flatMap(({ runs }) => runs.flatMap(corruptionsOf))),
];

/** Accuracy under one corruption, the mean over its severities. */
export const corruptionAccuracy = (name: string): Measure => ({
  ...metrics.accuracy,
  group: UNDER_CORRUPTION,
  title: `${metrics.accuracy.title}, ${name}`,
  of: ({ corruptions }) => {
    const cells = corruptions?.cells.filter(({ corruption }) => corruption === name) ?? [];
    const values = cells.flatMap(({ metrics }) => metrics.accuracy ?? []);
    return values.length > 0 ? values.reduce((a, b) => a + b, 0) / values.length : undefined;
  },
  perImage: rightIn(() => [name]),
});

/** Names of the sets of corruptions that a run has whole, smallest first. */
export const corruptionErrorNames = ({ arms }: ReportedStudy): string[] => [
  ...new Set(
    arms.flatMap(({ runs }) => runs.flatMap(({ results }) => Object.keys(results.corruptions?.meanErrors ?? {}))),
  ),
];

/** Names of the out-of-distribution sets, in order of first appearance. */
export const oodSets = ({ arms }: ReportedStudy): string[] => [
  ...new Set(arms.flatMap(({ runs }) => runs.flatMap(({ results }) => results.ood.map(({ set }) => set)))),
];

/** Every measure that at least one run has. */
export function measuresOf(study: ReportedStudy): Measure[] {
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
  arm.runs.flatMap((run) => of(run.results, run) ?? []);

/** Whether a value of a measure is worse than a guess's, where one is known. */
export const worseThanGuessing = ({ guess, better }: Measure, value: number): boolean =>
  guess !== undefined && (better === "lower" ? value > guess : value < guess);
