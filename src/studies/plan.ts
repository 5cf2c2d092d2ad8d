import { join } from "node:path";
import { setPath, UserError } from "../core/index.ts";
import { knownName } from "../core/internal.ts";
import type { DataOptions } from "../data/index.ts";
import { laplaceFolders } from "../judge/index.ts";
import { type RunConfig, type RunConfigInput, resolveConfig } from "../run/index.ts";
import { taskOf } from "../run/internal.ts";
import type { AnyCell, Cell, TrainedCell } from "./cell.ts";
import type { Choice, ProbeArm, Study, StudyArm, TrainedArm } from "./study.ts";

/** What all cells share. */
export interface PlanOptions {
  /** The folder of the study. */
  readonly out: string;
  readonly threads: number;
}

/** `<out>/<arm>/seed-<s>` */
export const cellRun = (out: string, arm: string, seed: number): string => join(out, arm, `seed-${seed}`);

/** What is tried out for a choice, e.g. `peak 0.1`. */
export const triedName = (path: string, value: number): string => `${path.split(".").at(-1)} ${value}`;

/** `<out>/<arm>/<value>/seed-<s>` */
export const candidateRun = (out: string, arm: string, seed: number, path: string, value: number): string =>
  join(out, arm, triedName(path, value).replace(" ", "-"), `seed-${seed}`);

/** The folder of the results of an arm and a seed: an approximation's lie below those of the run that it is of. */
export function resultsFolder({ arms }: Study, out: string, arm: string, seed: number): string {
  const run = cellRun(out, arm, seed);
  const own = arms[arm];
  if (own.interpolates !== undefined) return interpolatedRun(run, own.at);
  if (own.asks === undefined) return run;
  return laplaceFolders([cellRun(out, own.asks, seed)], { ...own.judge, out: run })[0] ?? run;
}

/** `<out>/<arm>/member-<i>/seed-<s>`: a run like that of the arm, which is member 0, with a seed that no other run has. */
export const memberRun = (out: string, arm: string, seed: number, member: number): string =>
  member === 0 ? cellRun(out, arm, seed) : join(out, arm, `member-${member}`, `seed-${seed}`);

/** `<out>/<arm>/seed-<s>/sample-<i>`, from 1 on, as `swagSamplesOf` calls them. */
export const sampleRun = (run: string, sample: number): string => join(run, `sample-${sample}`);

/** `<out>/<arm>/seed-<s>/at-<α>`, as `interpolateRuns` calls it. */
const interpolatedRun = (run: string, at: number): string => join(run, `at-${at}`);

/** Seeds of members lie beyond those of any study. */
const memberSeed = (seed: number, member: number): number => seed + 1000 * member;

/**
 * The arms that are wanted and those that they need, each after what it needs.
 * @throws UserError for an unknown arm, arms that need each other, or one that needs an arm which trains nothing.
 */
export function orderedArms({ arms }: Study, only: readonly string[] = Object.keys(arms)): string[] {
  const known = Object.keys(arms);
  const ordered: string[] = [];
  const visit = (name: string, path: readonly string[]): void => {
    if (path.includes(name)) throw new UserError(`arms need each other: ${[...path, name].join(" → ")}`);
    if (ordered.includes(name)) return;
    const arm = arms[knownName("arm", name, known)];
    for (const before of neededBy(arm)) {
      visit(before, [...path, name]);
      if (!hasRun(arms[before]))
        throw new UserError(`arm ${name}: it needs a trained arm, but ${before} is ${inWords(arms[before])}`);
      if ((arm.names === before) !== isDualEncoderArm(arms[before]) && before !== arm.chooseAs && !startsAlike(arm))
        throw new UserError(
          arm.names === before
            ? `arm ${name}: it names classes for ${before}, which is no dual encoder (task contrastive)`
            : `arm ${name}: it needs a classification, but ${before} is a dual encoder; take an arm that names classes for it`,
        );
    }
    ordered.push(name);
  };
  for (const name of only) visit(name, []);
  return ordered;
}

/** Names of the arms that an arm needs. */
export const neededBy = (arm: StudyArm): string[] =>
  [...runsNeededBy(arm), arm.chooseAs].filter((name) => name !== undefined);

/** Those of whose runs of the same seed an arm is made: where it begins last. */
const runsNeededBy = ({ startsFrom, probes, asks, ensembles, samples, names, interpolates }: StudyArm): string[] =>
  [...(interpolates ?? []), startsFrom ?? probes ?? asks ?? ensembles ?? samples ?? names].filter(
    (name) => name !== undefined,
  );

/** Whether an arm's own folder is a run. */
const hasRun = ({ config, names }: StudyArm): boolean => config !== undefined || names !== undefined;

/** Dual encoders start from dual encoders. */
const startsAlike = (arm: StudyArm): boolean => arm.startsFrom !== undefined && isDualEncoderArm(arm);

function inWords({ probes, asks, samples, interpolates }: StudyArm): string {
  if (probes !== undefined) return "a probe";
  if (asks !== undefined) return "another arm's run";
  if (interpolates !== undefined) return "between two other arms' runs";
  return samples !== undefined ? "drawn of another arm's run" : "an ensemble";
}

/** The arm whose run an arm starts from, probes, asks, takes as its first member, is drawn of or made of, or the end of its line. */
export const armBefore = ({ arms }: Study, arm: string): string | undefined => runsNeededBy(arms[arm]).at(-1);

/** Whether an arm is a dual encoder, which is not judged itself. */
export const isDualEncoderArm = ({ config }: StudyArm): boolean => config?.task?.name === "contrastive";

/** Arms by how many arms' runs they wait for, one after the other; a choice that is taken over is made in the round. */
export function rounds({ arms }: Study, ordered: readonly string[]): string[][] {
  const depth = (arm: string): number => {
    const { chooseAs } = arms[arm];
    const before = runsNeededBy(arms[arm]).map((name) => 1 + depth(name));
    return Math.max(0, ...before, chooseAs === undefined ? 0 : depth(chooseAs));
  };
  const depths = [...new Set(ordered.map(depth))].sort((a, b) => a - b);
  return depths.map((level) => ordered.filter((arm) => depth(arm) === level));
}

/** The cell of an arm and a seed; `value` is that of the arm's choice, where it has one. */
export function cellOf(study: Study, arm: string, seed: number, value: number | undefined, options: PlanOptions): Cell {
  const own = study.arms[arm];
  const common = { ...placeOf(study, arm, seed, options), name: `${arm}, seed ${seed}` };
  const needs = common.needs!;
  if (own.probes !== undefined) return { ...common, kind: "probe", needs, data: probedData(study, own, seed) };
  if (own.asks !== undefined)
    return { ...common, kind: "asked", needs, judge: own.judge, results: resultsFolder(study, options.out, arm, seed) };
  if (own.ensembles !== undefined) {
    const others = Array.from({ length: own.members - 1 }, (_, i) =>
      memberOf(study, own.ensembles, { seed, member: i + 1 }, value, options),
    );
    return { ...common, kind: "ensemble", needs, others, combination: own.combination };
  }
  if (own.samples !== undefined)
    return { ...common, kind: "samples", needs, count: own.count, combination: own.combination };
  if (own.names !== undefined) return { ...common, kind: "named", needs, data: own.data ?? {} };
  if (own.interpolates !== undefined) {
    const from = cellRun(options.out, own.interpolates[0], seed);
    return { ...common, kind: "interpolated", needs, from, at: own.at, results: interpolatedRun(common.run, own.at) };
  }
  return { ...common, kind: "trained", config: configOf(study, arm, seed, value, options) };
}

/** A run like that of a trained arm, for an ensemble. */
function memberOf(
  study: Study,
  arm: string,
  { seed, member }: { readonly seed: number; readonly member: number },
  value: number | undefined,
  options: PlanOptions,
): TrainedCell {
  const place = placeOf(study, arm, seed, options);
  const config = configOf(study, arm, seed, value, options);
  return {
    ...place,
    kind: "trained",
    name: `${arm}, seed ${seed}, member ${member}`,
    run: memberRun(options.out, arm, seed, member),
    config: { ...config, seed: memberSeed(seed, member) },
  };
}

/** The same with a value that is being tried out, in a folder of its own. */
export function candidateOf(study: Study, arm: string, seed: number, value: number, options: PlanOptions): TrainedCell {
  const { path } = study.arms[arm].choose!;
  const place = placeOf(study, arm, seed, options);
  return {
    ...place,
    kind: "trained",
    name: `${arm}, ${triedName(path, value)}, seed ${seed}`,
    run: candidateRun(options.out, arm, seed, path, value),
    config: configOf(study, arm, seed, value, options),
  };
}

function placeOf(study: Study, arm: string, seed: number, { out }: PlanOptions): Omit<AnyCell, "name"> {
  const before = armBefore(study, arm);
  const needs = before === undefined ? undefined : cellRun(out, before, seed);
  return { arm, seed, run: cellRun(out, arm, seed), needs };
}

/** The arm whose choice decides an arm's config, or its members'; itself where it makes one. */
export function choosingArm({ arms }: Study, arm: string): string | undefined {
  const { choose, chooseAs, ensembles } = arms[arm];
  if (choose) return arm;
  return chooseAs ?? (ensembles === undefined ? undefined : choosingArm({ arms } as Study, ensembles));
}

/** The choice that an arm makes, or takes over. */
export function choiceOf(study: Study, arm: string): Choice | undefined {
  const chooser = choosingArm(study, arm);
  return chooser === undefined ? undefined : study.arms[chooser].choose;
}

/** Of a trained arm's runs; `value` as of `cellOf`. */
function configOf(study: Study, arm: string, seed: number, value: number | undefined, options: PlanOptions): RunConfig {
  const { config } = trainedArm(study, arm);
  const choice = choiceOf(study, arm);
  const { needs: init } = placeOf(study, arm, seed, options);
  // Resolved first: a setting may lie below a default, as `schedule.peak` does.
  const start = init === undefined ? {} : { init };
  const asked = { threads: options.threads, ...structuredClone(config), seed, ...start };
  const input = resolveConfig(asked) as RunConfigInput;
  if (study.splitsBySeed) input.data = { ...input.data, seed };
  if (choice) setPath(input, choice.path, value);
  return resolveArm(input);
}

/** @throws UserError as `resolveConfig`, and for a task that no study judges */
export function resolveArm(input: RunConfigInput): RunConfig {
  const config = resolveConfig(input);
  const name = taskOf(config);
  if (name !== "classification" && name !== "contrastive")
    throw new UserError(
      `its task is ${name}, but studies compare classifications, also those that dual encoders make; train such runs each by itself, and compare them in one report`,
    );
  return config;
}

/** @throws UserError for an arm that is not one config, trained once a seed */
function trainedArm({ arms }: Study, name: string): TrainedArm {
  const arm = arms[name];
  if (arm.config === undefined) throw new UserError(`arm ${name}: it is ${inWords(arm)}, which has no config`);
  return arm;
}

/** The data of the run that is probed, but for what the probe says itself. */
function probedData(study: Study, { probes, data }: ProbeArm, seed: number): DataOptions {
  const { config } = trainedArm(study, probes);
  const own = { seed: 0, ...(config.data as Partial<DataOptions> & { name: string }), ...data };
  return study.splitsBySeed ? { ...own, seed } : own;
}
