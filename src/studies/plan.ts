import { join } from "node:path";
import { setPath, UserError } from "../core/index.ts";
import { knownName } from "../core/internal.ts";
import { runPaths } from "../files/index.ts";
import { type RunConfig, type RunConfigInput, resolveConfig } from "../run/index.ts";
import type { PlannedRun } from "./planned-run.ts";
import type { Choice, Study } from "./study.ts";

/** One arm with one seed: an ordinary run folder. */
export interface Cell extends PlannedRun {
  readonly arm: string;
  readonly seed: number;
}

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
 * @throws UserError for an unknown arm, or arms that need each other.
 */
export function orderedArms({ arms }: Study, only: readonly string[] = Object.keys(arms)): string[] {
  const known = Object.keys(arms);
  const ordered: string[] = [];
  const visit = (name: string, path: readonly string[]): void => {
    if (path.includes(name)) throw new UserError(`arms need each other: ${[...path, name].join(" → ")}`);
    if (ordered.includes(name)) return;
    const { startsFrom, chooseAs } = arms[knownName("arm", name, known)];
    for (const before of [startsFrom, chooseAs]) if (before !== undefined) visit(before, [...path, name]);
    ordered.push(name);
  };
  for (const name of only) visit(name, []);
  return ordered;
}

/** The cell of an arm and a seed; `value` is that of the arm's choice, where it has one. */
export function cellOf(study: Study, arm: string, seed: number, value: number | undefined, options: PlanOptions): Cell {
  const run = cellRun(options.out, arm, seed);
  return { arm, seed, name: `${arm}, seed ${seed}`, run, config: configOf(study, arm, seed, value, options) };
}

/** The same with a value that is being tried out, in a folder of its own. */
export function candidateOf(study: Study, arm: string, seed: number, value: number, options: PlanOptions): Cell {
  const { path } = study.arms[arm].choose!;
  const run = candidateRun(options.out, arm, seed, path, value);
  const config = configOf(study, arm, seed, value, options);
  return { arm, seed, name: `${arm}, ${triedName(path, value)}, seed ${seed}`, run, config };
}

/** The choice that an arm makes, or takes over. */
export const choiceOf = ({ arms }: Study, arm: string): Choice | undefined =>
  arms[arm].choose ?? (arms[arm].chooseAs === undefined ? undefined : arms[arms[arm].chooseAs].choose);

function configOf(
  study: Study,
  arm: string,
  seed: number,
  value: number | undefined,
  { out, threads }: PlanOptions,
): RunConfig {
  const { config, startsFrom } = study.arms[arm];
  const choose = choiceOf(study, arm);
  // Resolved first: a setting may lie below a default, as `schedule.peak` does.
  const input = resolveConfig({ threads, ...structuredClone(config), seed }) as RunConfigInput;
  if (choose) setPath(input, choose.path, value);
  if (startsFrom !== undefined) input.init = runPaths(cellRun(out, startsFrom, seed)).checkpoint;
  return resolveConfig(input);
}
