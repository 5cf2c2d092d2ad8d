import { resolve } from "node:path";
import { standardOptions } from "../../augment/index.ts";
import { getPath, isRegistered, setPath, type Tree, UserError } from "../../core/index.ts";
import { type RunConfig, type RunConfigInput, resolveConfig } from "../config.ts";
import { taskConfigOf, taskOf } from "../tasks/index.ts";
import type { ConfigOption } from "./config-option.ts";
import { configOptions } from "./config-options.ts";

/** Learning rates to begin with, of optimizers whose updates are of the same size whatever the gradient's. */
const usualRates: Readonly<Record<string, number>> = { adamw: 0.001, lion: 0.0001, muon: 0.001 };

/**
 * A complete config from single choices by their paths, as for a sweep over options, above what `base` says. Another data
 * set, method, schedule or optimizer than the base's drops the options of the one before; augmentation is what the data
 * set's own file says; augmentations and mixers may be written by their names alone; a learning rate is the peak of the
 * schedule one-cycle. `configOptions` lists the paths.
 * @param base a recipe, or what a file says; the emoji where absent
 * @throws UserError for a choice that means nothing here, a value out of range, or one that is missing
 * @example
 * for (const share of [0, 0.25, 0.5])
 *   await trainRun(
 *     `runs/masked-${share}`,
 *     configFromOptions({ "data.name": "mnist", "method.name": "anchored", "method.maskProbability": share }),
 *   );
 */
export function configFromOptions(given: Readonly<Record<string, unknown>>, base?: RunConfigInput): RunConfig {
  const input: Tree = structuredClone(base ?? { data: { name: "emoji" } });
  const choices = new Map(Object.entries(given));
  if (choices.has("task.name")) setTask(input, choices.get("task.name") as string);
  choices.delete("task.name");
  const task = taskConfigOf(input);
  task.begin(input, choices, base === undefined);
  for (const path of ["data.folder", "data.file", "data.table", "data.annotations", "data.testAnnotations"])
    if (choices.has(path)) choices.set(path, resolve(choices.get(path) as string));
  // Another data set, method or schedule doesn't take over the options of the one before.
  for (const part of ["data", "method", "optimizer", "schedule"]) {
    const name = choices.get(`${part}.name`);
    if (name !== undefined && name !== input[part]?.name) input[part] = { name };
  }
  input.method ??= { name: "standard" };
  input.schedule ??= { name: "one-cycle" };
  input.optimizer ??= { name: "sgd" };
  const belongings = onlyByPath();
  const inOrder = [...belongings.keys()].filter((path) => choices.has(path));
  // What no option says may be a field all the same.
  for (const path of [...inOrder, ...[...choices.keys()].filter((path) => !belongings.has(path))]) {
    const only = belongings.get(path);
    if (only && !isOwnData(only.path, input) && !only.is.includes(getPath(input, only.path))) {
      const wanted = only.is.map((name) => `${only.path} ${name}`);
      throw new UserError(
        `${named(path)} belongs to ${wanted.join(" or ")}, but ${only.path} is ${getPath(input, only.path)}; add ${wanted[0]}, or leave it out`,
      );
    }
    setPath(input, ratePath(path, input.schedule.name), choices.get(path));
  }
  for (const list of ["augment", "mix"]) if (input[list]) input[list] = input[list].map(withStandardOptions);
  requireRates(input);
  if (input.data.domains) {
    input.data.domains.train ??= ["noto", "twemoji", "openmoji"];
    input.data.domains.shift ??= [];
  }
  input.data.seed ??= 0;
  task.complete(input);
  return resolveConfig(input as RunConfigInput);
}

/** To what each field belongs, of all options that set it, in their order: data sets may have a field by flags of their own. */
function onlyByPath(): Map<string, ConfigOption["only"]> {
  const all = new Map<string, ConfigOption["only"]>();
  for (const { path, only } of configOptions()) {
    const known = all.get(path);
    const both = only && known && { path: only.path, is: [...known.is, ...only.is] };
    all.set(path, all.has(path) ? both : only);
  }
  return all;
}

/** Another task doesn't take over the options of the one before; a config does not name the usual task, which has none. */
function setTask(input: Tree, name: string): void {
  const before = taskOf(input);
  if (taskOf({ task: { name } }) === before) return;
  if (name === "classification") delete input.task;
  else input.task = { name };
}

/** A field as messages call it. */
const named = (path: string): string => (path.includes(".") ? path : `config.${path}`);

const withStandardOptions = (entry: unknown) =>
  typeof entry === "string" ? { name: entry, options: standardOptions(entry) } : entry;

/** What has no default that would do for all. */
function requireRates({ schedule, optimizer }: Tree): void {
  if (schedule.name !== "one-cycle" && schedule.learningRate === undefined)
    throw new UserError(`schedule.name ${schedule.name}: which learning rate? add e.g. schedule.learningRate 0.1`);
  const usual = usualRates[optimizer.name];
  if (usual && schedule.name === "one-cycle" && schedule.peak === undefined)
    throw new UserError(
      `optimizer.name ${optimizer.name}: SGD's learning rate is far too high for it; add e.g. schedule.learningRate ${usual}`,
    );
  if (schedule.name === "multistep" && schedule.milestones === undefined)
    throw new UserError(
      "schedule.name multistep: at which epochs does it fall? add e.g. schedule.milestones 60,120,160",
    );
}

/** A registered data set itself says which options it has, when it is loaded. */
const isOwnData = (path: string, input: Tree): boolean =>
  path === "data.name" && isRegistered(taskConfigOf(input).dataKind, input.data.name);

/** Where the schedule keeps what `schedule.learningRate` says. */
export const ratePath = (path: string, schedule: string): string =>
  path === "schedule.learningRate" && schedule === "one-cycle" ? "schedule.peak" : path;
