import {
  type MeanSd,
  type MetricName,
  meanSd,
  type OodScoreName,
  oodScoreNames,
  type Results,
} from "../evaluate/index.ts";
import { type Contrast, contrast } from "./contrast.ts";
import { type Measure, oodMeasure, setMeasure } from "./measures.ts";
import type { ReportedArm, ReportedRun } from "./study.ts";

/** What came of one arm with one seed. */
export interface StudyRun {
  readonly arm: string;
  readonly seed: number;
  readonly reported: ReportedRun;
  /** Of training, that of the run it started from included. */
  readonly trainingSeconds: number;
}

/** A run whose loss became NaN or infinite, and which therefore has no results. */
export interface DivergedRun {
  readonly arm: string;
  readonly seed: number;
  /** The value that was tried out, e.g. `peak 0.3`; absent for a run of the comparison itself. */
  readonly tried?: string;
  /** Where it happened. */
  readonly message: string;
}

export interface StudyFacts {
  readonly title: string;
  readonly command: string;
  /** The arms that an arm is compared with. */
  readonly comparedWith: (arm: string) => readonly string[];
  /** What intervals of differences are over, where a measure allows it; `seeds` where absent. */
  readonly intervalsOver?: "seeds" | "images";
  /** In place of accuracy, calibration and likelihood of every set. */
  readonly measures?: readonly Measure[];
  /** What was chosen on validation, e.g. `peak 0.1`, by arm. */
  readonly chosen: ReadonlyMap<string, string>;
  readonly diverged: readonly DivergedRun[];
  /** What to know before the numbers are believed, a sentence each: runs cut short, arms left out. */
  readonly notices: readonly string[];
}

/** The numbers of a study: what `study.json` holds. */
export interface StudySummary {
  readonly title: string;
  readonly command: string;
  readonly date: string;
  readonly machine: Results["machine"];
  readonly measures: readonly SummaryMeasure[];
  /** Arms that others are compared with. */
  readonly baselines: readonly string[];
  readonly intervalsOver: "seeds" | "images";
  readonly arms: readonly SummaryArm[];
  readonly diverged: readonly DivergedRun[];
  readonly notices: readonly string[];
}

export type SummaryMeasure = Pick<Measure, "group" | "title" | "meaning" | "unit" | "better">;

export interface SummaryArm {
  readonly name: string;
  readonly chosen?: string;
  readonly seeds: readonly number[];
  /** In the order of the measures; `undefined` where no run has it. */
  readonly values: readonly (MeanSd | undefined)[];
  /** Against each arm that it is compared with; over seeds with the very intervals of a report on the same runs. */
  readonly against: Readonly<Record<string, readonly (Contrast | undefined)[]>>;
  /** Mean over the seeds. */
  readonly trainingSeconds: number;
  readonly millisecondsPerStep: number | undefined;
}

const usual: readonly MetricName[] = ["accuracy", "ece15", "nll"];

/** Accuracy, calibration and likelihood of every labelled set, and how well foreign images are told from known ones. */
function usualMeasures(all: readonly Results[]): Measure[] {
  const sets = new Map(all.flatMap((results) => results.sets.map(({ set, role }) => [set, role] as const)));
  const scores = new Map<string, Set<OodScoreName>>();
  for (const { set, score } of all.flatMap(({ ood }) => ood))
    scores.set(set, (scores.get(set) ?? new Set()).add(score));
  return [
    ...[...sets].flatMap(([set, role]) => usual.map((metric) => setMeasure(set, role, metric))),
    ...[...scores].flatMap(([set, known]) =>
      oodScoreNames.filter((score) => known.has(score)).map((score) => oodMeasure(set, score)),
    ),
  ];
}

/** @throws TypeError for no runs */
export function summarize(runs: readonly StudyRun[], facts: StudyFacts): StudySummary {
  if (runs.length === 0) throw new TypeError("summarize: no runs");
  const measures = facts.measures ?? usualMeasures(runs.map(({ reported }) => reported.results));
  const byArm = new Map<string, StudyRun[]>();
  for (const run of runs) byArm.set(run.arm, [...(byArm.get(run.arm) ?? []), run]);
  const { comparedWith, intervalsOver = "seeds" } = facts;
  const others = (name: string) => comparedWith(name).filter((other) => other !== name && byArm.has(other));
  const baselines = [...new Set([...byArm.keys()].flatMap(others))];
  const compared = new Map(
    [...byArm].map(([name, own]) => [name, { name, runs: own.map(({ reported }) => reported), ...undrawn }] as const),
  );

  const arms = [...byArm].map(([name, own]): SummaryArm => {
    const steps = own.flatMap(
      ({
        reported: {
          results: { training },
        },
      }) => (training.steps && training.seconds ? [(1000 * training.seconds) / training.steps] : []),
    );
    return {
      name,
      chosen: facts.chosen.get(name),
      seeds: own.map(({ seed }) => seed),
      values: measures.map((measure) => {
        const known = own.flatMap(({ reported }) => measure.of(reported.results, reported) ?? []);
        return known.length > 0 ? meanSd(known) : undefined;
      }),
      against: Object.fromEntries(
        others(name).map((other) => [
          other,
          measures.map((one) => contrast(compared.get(name)!, compared.get(other)!, one, intervalsOver)),
        ]),
      ),
      trainingSeconds: meanSd(own.map(({ trainingSeconds }) => trainingSeconds)).mean,
      millisecondsPerStep: steps.length > 0 ? meanSd(steps).mean : undefined,
    };
  });
  return {
    title: facts.title,
    command: facts.command,
    date: new Date().toISOString(),
    machine: runs[0].reported.results.machine,
    measures: measures.map(({ group, title, meaning, unit, better }) => ({ group, title, meaning, unit, better })),
    baselines,
    intervalsOver,
    arms,
    diverged: facts.diverged,
    notices: facts.notices,
  };
}

/** Of arms that are compared here alone; the page gives them colours of its own. */
const undrawn: Pick<ReportedArm, "color" | "dash" | "shape"> = { color: "", dash: [], shape: "" };
