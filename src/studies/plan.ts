import { join } from "node:path";
import { setPath, UserError } from "../core/index.ts";
import { knownName } from "../core/internal.ts";
import type { DataOptions } from "../data/index.ts";
import { type RunConfig, type RunConfigInput, resolveConfig } from "../run/index.ts";
import type { PlannedRun } from "./planned-run.ts";
import type { Choice, ProbeArm, Study, TrainedArm } from "./study.ts";

interface AnyCell {
  readonly arm: string;
  readonly seed: number;
  /** For progress, e.g. `anchored, seed 1`. */
  readonly name: string;
  /** The folder of its results. */
  readonly run: string;
  /** The run whose network this one starts from, or probes. */
  readonly needs?: string;
}

/** One trained arm with one seed: an ordinary run folder. */
export interface TrainedCell extends AnyCell, PlannedRun {}

/** One probe with one seed: a folder of predictions and results. */
export interface ProbeCell extends AnyCell {
  readonly needs: string;
  readonly data: DataOptions;
}

export type Cell = TrainedCell | ProbeCell;

export const isProbe = (cell: Cell): cell is ProbeCell => "data" in cell;

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

/**
 * The arms that are wanted and those that they need, each after what it needs.
 * @throws UserError for an unknown arm, arms that need each other, or one that starts from a probe or probes it.
 */
export function orderedArms({ arms }: Study, only: readonly string[] = Object.keys(arms)): string[] {
  const known = Object.keys(arms);
  const ordered: string[] = [];
  const visit = (name: string, path: readonly string[]): void => {
    if (path.includes(name)) throw new UserError(`arms need each other: ${[...path, name].join(" → ")}`);
    if (ordered.includes(name)) return;
    const { startsFrom, probes, chooseAs } = arms[knownName("arm", name, known)];
    for (const before of [startsFrom, probes, chooseAs]) {
      if (before === undefined) continue;
      visit(before, [...path, name]);
      if (arms[before].probes !== undefined)
        throw new UserError(`arm ${name}: it needs a trained arm, but ${before} is a probe`);
    }
    ordered.push(name);
  };
  for (const name of only) visit(name, []);
  return ordered;
}

/** The arm whose run an arm starts from, or probes. */
export const armBefore = ({ arms }: Study, arm: string): string | undefined => arms[arm].startsFrom ?? arms[arm].probes;

/** The cell of an arm and a seed; `value` is that of the arm's choice, where it has one. */
export function cellOf(study: Study, arm: string, seed: number, value: number | undefined, options: PlanOptions): Cell {
  const own = study.arms[arm];
  const common = { ...placeOf(study, arm, seed, options), name: `${arm}, seed ${seed}` };
  return own.probes === undefined
    ? { ...common, config: configOf(study, own, seed, value, common.needs, options) }
    : { ...common, needs: common.needs!, data: probedData(study, own, seed) };
}

/** The same with a value that is being tried out, in a folder of its own. */
export function candidateOf(study: Study, arm: string, seed: number, value: number, options: PlanOptions): TrainedCell {
  const own = study.arms[arm] as TrainedArm;
  const { path } = own.choose!;
  const place = placeOf(study, arm, seed, options);
  return {
    ...place,
    name: `${arm}, ${triedName(path, value)}, seed ${seed}`,
    run: candidateRun(options.out, arm, seed, path, value),
    config: configOf(study, own, seed, value, place.needs, options),
  };
}

function placeOf(study: Study, arm: string, seed: number, { out }: PlanOptions): Omit<AnyCell, "name"> {
  const before = armBefore(study, arm);
  const needs = before === undefined ? undefined : cellRun(out, before, seed);
  return { arm, seed, run: cellRun(out, arm, seed), needs };
}

/** The choice that an arm makes, or takes over. */
export const choiceOf = ({ arms }: Study, arm: string): Choice | undefined =>
  arms[arm].choose ?? (arms[arm].chooseAs === undefined ? undefined : arms[arms[arm].chooseAs].choose);

function configOf(
  study: Study,
  { config, choose, chooseAs }: TrainedArm,
  seed: number,
  value: number | undefined,
  init: string | undefined,
  { threads }: PlanOptions,
): RunConfig {
  const choice = choose ?? (chooseAs === undefined ? undefined : study.arms[chooseAs].choose);
  // Resolved first: a setting may lie below a default, as `schedule.peak` does.
  const input = resolveConfig({ threads, ...structuredClone(config), seed }) as RunConfigInput;
  if (study.splitsBySeed) input.data = { ...input.data, seed };
  if (choice) setPath(input, choice.path, value);
  if (init !== undefined) input.init = init;
  return resolveConfig(input);
}

/** The data of the run that is probed, but for what the probe says itself. */
function probedData(study: Study, { probes, data }: ProbeArm, seed: number): DataOptions {
  const { config } = study.arms[probes] as TrainedArm;
  const own = { seed: 0, ...(config.data as Partial<DataOptions> & { name: string }), ...data };
  return study.splitsBySeed ? { ...own, seed } : own;
}
