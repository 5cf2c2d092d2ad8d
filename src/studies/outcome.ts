import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { toJson } from "../core/index.ts";
import { runPaths } from "../files/index.ts";
import { withLock, writeFileAtomic } from "../files/internal.ts";
import {
  type DivergedRun,
  type ReportedRun,
  readReportedRun,
  type StudyRun,
  type StudySummary,
  studyMarkdown,
} from "../report/index.ts";
import { studyPage, summarize } from "../report/internal.ts";
import { readMetrics } from "../run/index.ts";
import { divergedPath, isDiverged, readChoice } from "./choose.ts";
import {
  armBefore,
  candidateRun,
  cellRun,
  choosingArm,
  isDualEncoderArm,
  memberRun,
  orderedArms,
  resultsFolder,
  triedName,
} from "./plan.ts";
import { stepsOf } from "./planned-run.ts";
import type { EnsembleArm, Study, StudyArm } from "./study.ts";

interface OutcomeOptions {
  readonly out: string;
  readonly seeds: number;
  readonly only?: readonly string[];
  readonly command: string;
}

/**
 * Where a study's outcome lies: numbers, table, page.
 * @example
 * const { page } = outcomePaths("studies/masking");
 */
export const outcomePaths = (out: string) => ({
  json: join(out, "study.json"),
  markdown: join(out, "study.md"),
  page: join(out, "study.html"),
});

/**
 * Writes what came of the cells that are judged so far. @returns undefined where none is
 * @example
 * await writeOutcome(studies.masking, { out: "studies/masking", seeds: 3, command: "anchored study masking" });
 */
export async function writeOutcome(study: Study, options: OutcomeOptions): Promise<StudySummary | undefined> {
  const { out, command } = options;
  const runs = judgedRuns(study, options);
  if (runs.length === 0) return undefined;
  const chosen = new Map<string, string>();
  for (const { arm } of runs) {
    const choice = readChoice(out, choosingArm(study, arm) ?? arm);
    if (choice) chosen.set(arm, triedName(choice.path, choice.chosen));
  }
  const { title, arms, baselines, intervalsOver, measures } = study;
  const summary = summarize(runs, {
    title,
    command,
    comparedWith: (arm) => arms[arm].comparedWith ?? baselines,
    intervalsOver,
    measures,
    chosen,
    diverged: divergedRuns(study, options),
    notices: [...cutShort(study, options), ...leftOut(study, runs, options)],
  });
  const paths = outcomePaths(out);
  // Processes that share a study out end at the same time.
  await withLock(join(out, ".outcome"), async () => {
    writeFileAtomic(paths.json, `${toJson(summary)}\n`);
    writeFileAtomic(paths.markdown, studyMarkdown(summary));
    writeFileAtomic(paths.page, await studyPage(summary));
  });
  return summary;
}

/** In the order of the study, not of the training. */
function wantedArms(study: Study, { only }: OutcomeOptions): string[] {
  const wanted = new Set(orderedArms(study, only));
  return Object.keys(study.arms).filter((arm) => wanted.has(arm));
}

function judgedRuns(study: Study, options: OutcomeOptions): StudyRun[] {
  const { out, seeds } = options;
  const secondsOf = (run: string): number => {
    const { metrics } = runPaths(run);
    return existsSync(metrics) ? (readMetrics(metrics).at(-1)?.seconds ?? 0) : 0;
  };
  const seconds = (arm: string, seed: number): number => {
    const before = armBefore(study, arm);
    const own: StudyArm = study.arms[arm];
    const trained = [
      ...(own.config === undefined ? [] : [cellRun(out, arm, seed)]),
      ...(own.ensembles === undefined ? [] : othersOf(own).map((i) => memberRun(out, own.ensembles, seed, i))),
    ];
    return trained.reduce((sum, run) => sum + secondsOf(run), before === undefined ? 0 : seconds(before, seed));
  };
  const isJudged = (arm: string, seed: number) => existsSync(runPaths(resultsFolder(study, out, arm, seed)).results);
  const reportedOf = (arm: string, seed: number) => ofSeed(readReportedRun(resultsFolder(study, out, arm, seed)), seed);
  const besideOf = (arm: string, seed: number) =>
    Object.entries(study.arms[arm].beside ?? {})
      .filter(([, other]) => isJudged(other, seed))
      .map(([name, other]) => [name, reportedOf(other, seed)] as const);
  return rowsOf(study, wantedArms(study, options)).flatMap((arm) =>
    count(seeds)
      .filter((seed) => isJudged(arm, seed))
      .map((seed) => ({
        arm,
        seed,
        reported: { ...reportedOf(arm, seed), beside: Object.fromEntries(besideOf(arm, seed)) },
        trainingSeconds: seconds(arm, seed),
      })),
  );
}

/** Arms that have a row of their own: not dual encoders, nor what stands beside another arm's numbers. */
function rowsOf({ arms }: Study, names: readonly string[]): string[] {
  const beside = new Set(Object.values(arms).flatMap((arm) => Object.values(arm.beside ?? {})));
  return names.filter((name) => !isDualEncoderArm(arms[name]) && !beside.has(name));
}

/** Members of an ensemble but the first. */
const othersOf = ({ members }: EnsembleArm): number[] => count(members).slice(1);

/** Results of probes and ensembles do not say the seed of the run that they are made of. */
const ofSeed = (reported: ReportedRun, seed: number): ReportedRun => ({
  ...reported,
  results: { ...reported.results, seed },
});

function divergedRuns(study: Study, options: OutcomeOptions): DivergedRun[] {
  const { out, seeds } = options;
  const ofRun = (arm: string, seed: number, run: string, tried?: string): DivergedRun[] =>
    isDiverged(run)
      ? [{ arm, seed, tried, message: readFileSync(divergedPath(run), "utf8").trim().split(";")[0] }]
      : [];
  return wantedArms(study, options).flatMap((arm) => {
    const { choose } = study.arms[arm];
    return [
      ...(choose?.values ?? []).flatMap((value) =>
        count(choose!.seeds ?? 1).flatMap((seed) =>
          ofRun(arm, seed, candidateRun(out, arm, seed, choose!.path, value), triedName(choose!.path, value)),
        ),
      ),
      ...count(seeds).flatMap((seed) => ofRun(arm, seed, cellRun(out, arm, seed))),
    ];
  });
}

/** Runs that were not trained to their end: `standard: stopped at 40 of 630 steps (seeds 0, 1)`. */
function cutShort(study: Study, options: OutcomeOptions): string[] {
  const seeds = new Map<string, number[]>();
  for (const arm of wantedArms(study, options)) {
    if (study.arms[arm].config === undefined) continue;
    for (const seed of count(options.seeds)) {
      const run = cellRun(options.out, arm, seed);
      if (!existsSync(runPaths(run).checkpoint)) continue;
      const { step, steps } = stepsOf(run);
      if (step >= steps) continue;
      const said = `${arm}: stopped at ${step} of ${steps} steps`;
      seeds.set(said, [...(seeds.get(said) ?? []), seed]);
    }
  }
  return [...seeds].map(([said, of]) => `${said} (${named("seed", of)})`);
}

/** Arms of the study, and seeds of its arms, that these numbers are without. */
function leftOut(study: Study, runs: readonly StudyRun[], { seeds }: OutcomeOptions): string[] {
  const without = (arm: string) =>
    count(seeds).filter((seed) => !runs.some((run) => run.arm === arm && run.seed === seed));
  const missing = rowsOf(study, Object.keys(study.arms)).map((arm) => ({ arm, of: without(arm) }));
  const arms = missing.filter(({ of }) => of.length === seeds).map(({ arm }) => arm);
  const some = missing.filter(({ of }) => of.length > 0 && of.length < seeds);
  return [
    ...(arms.length > 0 ? [`left out, without results: ${arms.join(", ")}`] : []),
    ...some.map(({ arm, of }) => `${arm}: without results of ${named("seed", of)}`),
  ];
}

const named = (what: string, all: readonly number[]): string => `${what}${all.length > 1 ? "s" : ""} ${all.join(", ")}`;

const count = (seeds: number): number[] => Array.from({ length: seeds }, (_, seed) => seed);
