import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { UserError } from "../core/index.ts";
import { type Combination, combineMembers, type Results, type StoredSet } from "../evaluate/index.ts";
import { runPaths } from "../files/index.ts";
import { sha256, whileHeld } from "../files/internal.ts";
import { loadPredictions, readRun, savePredictions, storedSets } from "../run/index.ts";
import { dropStored } from "../run/internal.ts";
import { alone, ofFirst } from "../train/index.ts";
import { together } from "../train/internal.ts";
import { type EnsembleOptions, ensembleFacts, requireDistinct, requireMembers } from "./ensemble-facts.ts";
import { evaluateEnsemble } from "./evaluate-stored.ts";
import { judgeRuns } from "./judge-runs.ts";
import type { JudgeOptions } from "./options.ts";
import { requireNoRun } from "./result-folders.ts";
import { variantOf } from "./variant.ts";

/** How runs of classes are judged as one. */
export interface JudgeEnsembleOptions extends Omit<JudgeOptions, "out" | "features">, EnsembleOptions {
  /** What the answer is the mean of. Default `probabilities`. */
  readonly combination?: Combination;
}

/**
 * Judges runs that tell the same classes, each by itself and then all as one deep ensemble: what the members have stored is
 * combined, so that it costs no prediction beyond theirs, and goes with the results into a folder of its own.
 * @throws UserError for fewer than two runs, two of one network, runs of other classes, data or images, a folder that holds
 *   a run, and as `judgeRuns`
 * @example
 * const { members, ensemble } = await judgeRunsAsOne(["runs/seed1", "runs/seed2"], "runs/ensemble");
 * console.log(ensemble.sets[0].metrics.nll, members.map(({ sets }) => sets[0].metrics.nll));
 */
export async function judgeRunsAsOne(
  runs: readonly string[],
  folder: string,
  options: JudgeEnsembleOptions = {},
): Promise<{ members: Results[]; ensemble: Results }> {
  const { group = alone } = options;
  await together(group, () => requireAsOne(runs, folder, options));
  const results = await judgeRuns(runs, options);
  const ensemble = await ofFirst(group, () => judgeMembers(runs, results, folder, options));
  return { members: results, ensemble };
}

/** @throws UserError as `judgeRunsAsOne`, for what is known before anything is predicted */
function requireAsOne(runs: readonly string[], folder: string, options: JudgeOptions): void {
  requireMembers(runs);
  const variant = variantOf(options);
  if (variant)
    throw new UserError(
      `${variant.asked}: an ensemble combines what plain networks answer; leave it or --ensemble out`,
    );
  requireNoRun("--ensemble", folder);
  requireSameClasses(runs);
  requireDistinct(
    runs,
    runs.map((run) => sha256(readFileSync(runPaths(run).checkpoint))),
  );
}

async function judgeMembers(
  runs: readonly string[],
  results: readonly Results[],
  folder: string,
  { combination = "probabilities", seed, command, ...options }: JudgeEnsembleOptions,
): Promise<Results> {
  const classNames = requireSameClasses(runs);
  const members = runs.map((run, i) => ({ run, results: results[i], stored: storedBy(run, results[i]) }));
  return whileHeld(runPaths(folder).judging, `judging ${folder}`, async () => {
    dropStored(folder, () => false);
    for (const shared of sharedSets(members)) {
      options.signal?.throwIfAborted();
      storeCombined(folder, shared, members, combination);
    }
    const facts = ensembleFacts(runs, withTrainingsOnce(runs, results.map(factsOf)), { seed, command });
    const ensemble = evaluateEnsemble(
      folder,
      {
        ...facts,
        method: drawnName(runs, results) ?? facts.method,
        settings: { ...facts.settings, ...(combination !== "probabilities" && { combination }) },
        combination,
        classNames,
        passes: results.reduce((sum, { passes = 1 }) => sum + passes, 0),
      },
      { ...options, name: basename(resolve(folder)) },
    );
    for (const notice of ensemble.notices ?? []) options.onNotice?.(`${folder}: ${notice}`);
    return ensemble;
  });
}

interface Member {
  readonly run: string;
  readonly results: Results;
  /** The sets that it has predicted with the weights that its results are of. */
  readonly stored: readonly StoredSet[];
}

const storedBy = (run: string, { weights }: Results): StoredSet[] =>
  storedSets(run).filter((entry) => entry.weights === weights && entry.role !== "train");

/** @returns their names, in order */
function requireSameClasses(runs: readonly string[]): string[] {
  const [first, ...others] = runs.map((run) => ({ run, ...readRun(run).data }));
  for (const other of others) {
    if (other.name !== first.name)
      throw new UserError(
        `ensemble: ${other.run} was trained on ${other.name}, ${first.run} on ${first.name}; members share their data`,
      );
    if (other.classNames.join("\0") !== first.classNames.join("\0"))
      throw new UserError(
        `ensemble: ${other.run} has other classes than ${first.run}, or in another order; members tell the same ones`,
      );
  }
  return [...first.classNames];
}

/** What every member has predicted, an entry of each. @throws UserError where the images are not the same */
function sharedSets(members: readonly Member[]): StoredSet[][] {
  const [first, ...others] = members;
  return first.stored.flatMap((own) => {
    const theirs = others.map(({ stored }) => stored.find(({ set, role }) => set === own.set && role === own.role));
    if (theirs.includes(undefined)) return [];
    const all = [own, ...(theirs as StoredSet[])];
    const odd = all.findIndex(({ imagesSha256 }) => imagesSha256 !== own.imagesSha256);
    if (odd >= 0)
      throw new UserError(
        `ensemble: ${members[odd].run} was judged on other images of ${own.set} than ${first.run}; members share their data and its split`,
      );
    return [all];
  });
}

function storeCombined(
  folder: string,
  entries: readonly StoredSet[],
  members: readonly Member[],
  combination: Combination,
): void {
  const [first] = entries;
  const predictions = members.map(({ run, results }) => loadPredictions(run, first.set, results.weights, first.role));
  const same = <K extends "protocol" | "references" | "mirrored">(key: K) =>
    entries.every((entry) => entry[key] === first[key]) ? { [key]: first[key] } : {};
  savePredictions(folder, combineMembers(predictions, combination), {
    role: first.role,
    corruption: first.corruption,
    imagesSha256: first.imagesSha256,
    ...same("protocol"),
    ...same("references"),
    ...same("mirrored"),
    checkpointSha256: sha256(entries.map(({ checkpointSha256 }) => checkpointSha256).join()),
  });
}

function factsOf({ data, model, method, maskProbability, maskTarget, parameters, training, settings }: Results) {
  return { data, model, method, maskProbability, maskTarget, parameters, training, settings };
}

/** What networks are called that are all drawn of runs. */
function drawnName(runs: readonly string[], results: readonly Results[]): string | undefined {
  if (runs.some((run) => readRun(run).sampled === undefined)) return undefined;
  return `${runs.length} SWAG samples of ${[...new Set(results.map(({ method }) => method))].join(", ")}`;
}

/** Networks that are drawn of one run share its training, whose time counts once. */
function withTrainingsOnce<F extends Pick<Results, "training">>(runs: readonly string[], facts: readonly F[]): F[] {
  const trained = runs.map((run) => readRun(run).sampled?.from ?? run);
  return facts.map((own, i) =>
    own.training.seconds === undefined || trained.indexOf(trained[i]) === i
      ? own
      : { ...own, training: { ...own.training, seconds: 0 } },
  );
}
