import {
  type Comparison,
  comparePaired,
  type MeanSd,
  type MetricName,
  meanSd,
  type Results,
} from "../evaluate/index.ts";
import { type Measure, setMeasure } from "./measures.ts";

/** What came of one arm with one seed. */
export interface StudyRun {
  readonly arm: string;
  readonly seed: number;
  readonly results: Results;
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
  readonly baselines: readonly string[];
  /** In place of accuracy, calibration and likelihood of every set. */
  readonly measures?: readonly Measure[];
  /** What was chosen on validation, e.g. `peak 0.1`, by arm. */
  readonly chosen: ReadonlyMap<string, string>;
  readonly diverged: readonly DivergedRun[];
}

/** The numbers of a study: what `study.json` holds. */
export interface StudySummary {
  readonly title: string;
  readonly command: string;
  readonly date: string;
  readonly machine: Results["machine"];
  readonly measures: readonly SummaryMeasure[];
  readonly baselines: readonly string[];
  readonly arms: readonly SummaryArm[];
  readonly diverged: readonly DivergedRun[];
}

export type SummaryMeasure = Pick<Measure, "group" | "title" | "meaning" | "unit" | "better">;

export interface SummaryArm {
  readonly name: string;
  readonly chosen?: string;
  readonly seeds: readonly number[];
  /** In the order of the measures; `undefined` where no run has it. */
  readonly values: readonly (MeanSd | undefined)[];
  /** Against each baseline, over the seeds that both have; none against itself. */
  readonly against: Readonly<Record<string, readonly (Comparison | undefined)[]>>;
  /** Mean over the seeds. */
  readonly trainingSeconds: number;
  readonly millisecondsPerStep: number | undefined;
}

const usual: readonly MetricName[] = ["accuracy", "ece15", "nll"];

/** @throws TypeError for no runs */
export function summarize(runs: readonly StudyRun[], facts: StudyFacts): StudySummary {
  if (runs.length === 0) throw new TypeError("summarize: no runs");
  const sets = new Map(runs.flatMap(({ results }) => results.sets.map(({ set, role }) => [set, role] as const)));
  const measures =
    facts.measures ?? [...sets].flatMap(([set, role]) => usual.map((metric) => setMeasure(set, role, metric)));
  const byArm = new Map<string, StudyRun[]>();
  for (const run of runs) byArm.set(run.arm, [...(byArm.get(run.arm) ?? []), run]);
  const baselines = facts.baselines.filter((name) => byArm.has(name));

  const compared = (mine: readonly StudyRun[], theirs: readonly StudyRun[], { of }: Measure) => {
    const pairs = mine.flatMap((run) => {
      const other = theirs.find(({ seed }) => seed === run.seed);
      const [a, b] = [of(run.results), other && of(other.results)];
      return a === undefined || b === undefined ? [] : [[a, b] as const];
    });
    if (pairs.length === 0) return undefined;
    return comparePaired(
      pairs.map(([a]) => a),
      pairs.map(([, b]) => b),
    );
  };

  const arms = [...byArm].map(([name, own]): SummaryArm => {
    const steps = own.flatMap(({ results: { training } }) =>
      training.steps && training.seconds ? [(1000 * training.seconds) / training.steps] : [],
    );
    return {
      name,
      chosen: facts.chosen.get(name),
      seeds: own.map(({ seed }) => seed),
      values: measures.map((measure) => {
        const known = own.flatMap(({ results }) => measure.of(results) ?? []);
        return known.length > 0 ? meanSd(known) : undefined;
      }),
      against: Object.fromEntries(
        baselines
          .filter((baseline) => baseline !== name)
          .map((baseline) => [baseline, measures.map((one) => compared(own, byArm.get(baseline)!, one))]),
      ),
      trainingSeconds: meanSd(own.map(({ trainingSeconds }) => trainingSeconds)).mean,
      millisecondsPerStep: steps.length > 0 ? meanSd(steps).mean : undefined,
    };
  });
  return {
    title: facts.title,
    command: facts.command,
    date: new Date().toISOString(),
    machine: runs[0].results.machine,
    measures: measures.map(({ group, title, meaning, unit, better }) => ({ group, title, meaning, unit, better })),
    baselines,
    arms,
    diverged: facts.diverged,
  };
}
