import { join } from "node:path";
import { setPath, UserError } from "../core/index.ts";
import { knownName } from "../core/internal.ts";
import type { DataOptions } from "../data/index.ts";
import type { Combination } from "../evaluate/index.ts";
import { laplaceFolders } from "../judge/index.ts";
import { type RunConfig, type RunConfigInput, resolveConfig } from "../run/index.ts";
import { taskOf } from "../run/internal.ts";
import type { PlannedRun } from "./planned-run.ts";
import type { AskedArm, Choice, ProbeArm, Study, StudyArm, TrainedArm } from "./study.ts";

interface AnyCell {
  readonly arm: string;
  readonly seed: number;
  /** For progress, e.g. `anchored, seed 1`. */
  readonly name: string;
  /** The folder of its results. */
  readonly run: string;
  /** The run that this one starts from, probes, asks, takes as its first member or is drawn of. */
  readonly needs?: string;
}

/** One trained arm with one seed: an ordinary run folder. */
export interface TrainedCell extends AnyCell, PlannedRun {
  readonly kind: "trained";
}

/** Cells that are a folder of predictions and results. */
interface DerivedCell extends AnyCell {
  readonly needs: string;
}

/** One probe with one seed. */
export interface ProbeCell extends DerivedCell {
  readonly kind: "probe";
  readonly data: DataOptions;
}

/** Another arm's run, judged another way. */
export interface AskedCell extends DerivedCell {
  readonly kind: "asked";
  readonly judge: AskedArm["judge"];
  /** Where its results lie. */
  readonly results: string;
}

/** A deep ensemble. */
export interface EnsembleCell extends DerivedCell {
  readonly kind: "ensemble";
  /** All members but the first, which is the run that it needs. */
  readonly others: readonly TrainedCell[];
  readonly combination?: Combination;
}

/** Networks drawn of what another arm's run has collected. */
export interface SamplesCell extends DerivedCell {
  readonly kind: "samples";
  readonly count: number;
  readonly combination?: Combination;
}

export type Cell = TrainedCell | ProbeCell | AskedCell | EnsembleCell | SamplesCell;

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
  const { asks, judge } = arms[arm] as StudyArm & Partial<AskedArm>;
  return asks === undefined ? run : (laplaceFolders([cellRun(out, asks, seed)], { ...judge, out: run })[0] ?? run);
}

/** `<out>/<arm>/member-<i>/seed-<s>`: a run like that of the arm, which is member 0, with a seed that no other run has. */
export const memberRun = (out: string, arm: string, seed: number, member: number): string =>
  member === 0 ? cellRun(out, arm, seed) : join(out, arm, `member-${member}`, `seed-${seed}`);

/** `<out>/<arm>/seed-<s>/sample-<i>`, from 1 on, as `swagSamplesOf` calls them. */
export const sampleRun = (run: string, sample: number): string => join(run, `sample-${sample}`);

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
      if (arms[before].config === undefined)
        throw new UserError(`arm ${name}: it needs a trained arm, but ${before} is ${inWords(arms[before])}`);
    }
    ordered.push(name);
  };
  for (const name of only) visit(name, []);
  return ordered;
}

/** Names of the arms that an arm needs. */
export const neededBy = ({ startsFrom, probes, asks, ensembles, samples, chooseAs }: StudyArm): string[] =>
  [startsFrom, probes, asks, ensembles, samples, chooseAs].filter((name) => name !== undefined);

function inWords({ probes, asks, samples }: StudyArm): string {
  if (probes !== undefined) return "a probe";
  if (asks !== undefined) return "another arm's run";
  return samples !== undefined ? "drawn of another arm's run" : "an ensemble";
}

/** The arm whose run an arm starts from, probes, asks, takes as its first member or is drawn of. */
export function armBefore({ arms }: Study, arm: string): string | undefined {
  const { startsFrom, probes, asks, ensembles, samples } = arms[arm];
  return startsFrom ?? probes ?? asks ?? ensembles ?? samples;
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
  const input = resolveConfig({ threads: options.threads, ...structuredClone(config), seed }) as RunConfigInput;
  if (study.splitsBySeed) input.data = { ...input.data, seed };
  if (choice) setPath(input, choice.path, value);
  if (init !== undefined) input.init = init;
  return resolveArm(input);
}

/** @throws UserError as `resolveConfig`, and for a task that no study judges */
export function resolveArm(input: RunConfigInput): RunConfig {
  const config = resolveConfig(input);
  const name = taskOf(config);
  if (name !== "classification")
    throw new UserError(
      `its task is ${name}, but studies compare classifications; train such runs each by itself, and compare them in one report`,
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
