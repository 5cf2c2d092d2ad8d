import { resolve } from "node:path";
import { standardOptions } from "../augment/index.ts";
import { getPath, isRegistered, setPath, type Tree, UserError } from "../core/index.ts";
import { dataSetEntry, regressionDataNames } from "../data/index.ts";
import { type RunConfig, type RunConfigInput, regressionDefaults, resolveConfig } from "../run/index.ts";
import { oneOf } from "./numbers.ts";
import { trainFlags } from "./train-flags.ts";

/** Learning rates to begin with, of optimizers whose updates are of the same size whatever the gradient's. */
const usualRates: Readonly<Record<string, number>> = { adamw: 0.001, lion: 0.0001, muon: 0.001 };

/** As the data set's own file says. */
export const defaultAugment = (dataName: string): RunConfig["augment"] =>
  structuredClone(dataSetEntry(dataName).augment) as RunConfig["augment"];

/**
 * A config from what a file or recipe says and, above it, the flags that were given (by `RunConfig` path).
 * @throws UserError for a flag that means nothing here, or a value out of range.
 */
export function configFrom(base: RunConfigInput | undefined, given: ReadonlyMap<string, unknown>): RunConfig {
  const input: Tree = structuredClone(base ?? { data: { name: "emoji" } });
  const choices = new Map(given);
  const regression = (choices.get("task.name") ?? input.task?.name) === "regression";
  if (regression) prepareRegression(input, choices, base === undefined);
  else {
    choices.delete("task.name");
    delete input.task;
  }
  if (choices.has("data.folder") && !choices.has("data.name")) choices.set("data.name", "folder");
  for (const path of ["data.folder", "data.file", "data.table"])
    if (choices.has(path)) choices.set(path, resolve(choices.get(path) as string));
  // Another data set, method or schedule doesn't take over the options of the one before.
  for (const part of ["data", "method", "optimizer", "schedule"]) {
    const name = choices.get(`${part}.name`);
    if (name !== undefined && name !== input[part]?.name) input[part] = { name };
  }
  input.method ??= { name: "standard" };
  input.schedule ??= { name: "one-cycle" };
  input.optimizer ??= { name: "sgd" };
  for (const { flag, path, only } of trainFlags) {
    if (!choices.has(path)) continue;
    if (only && !isOwnData(only.path, input) && ![only.is].flat().includes(getPath(input, only.path))) {
      const choices = [only.is].flat().map((choice) => `${only.flag} ${choice}`);
      throw new UserError(
        `${flag} belongs to ${choices.join(" or ")}, but ${only.flag} is ${getPath(input, only.path)}; add ${choices[0]}, or leave it out`,
      );
    }
    setPath(input, ratePath(path, input.schedule.name), choices.get(path));
  }
  if (input.schedule.name !== "one-cycle" && input.schedule.learningRate === undefined)
    throw new UserError(`--schedule ${input.schedule.name}: which learning rate? add e.g. --learning-rate 0.1`);
  const usual = usualRates[input.optimizer.name];
  if (usual && input.schedule.name === "one-cycle" && input.schedule.peak === undefined)
    throw new UserError(
      `--optimizer ${input.optimizer.name}: SGD's learning rate is far too high for it; add e.g. --learning-rate ${usual}`,
    );
  if (input.schedule.name === "multistep" && input.schedule.milestones === undefined)
    throw new UserError("--schedule multistep: at which epochs does it fall? add e.g. --milestones 60,120,160");
  if (input.data.domains) {
    input.data.domains.train ??= ["noto", "twemoji", "openmoji"];
    input.data.domains.shift ??= [];
  }
  input.data.seed ??= 0;
  if (choices.get("augment") === false) input.augment = [];
  if (!regression) input.augment ??= defaultAugment(input.data.name);
  return resolveConfig(input as RunConfigInput);
}

/** What options of a regression stand on: data sets with numbers as targets, and the task's own defaults. */
function prepareRegression(input: Tree, choices: Map<string, unknown>, fresh: boolean): void {
  if (choices.has("data.file") && !choices.has("data.name")) choices.set("data.name", "csv");
  const folder = choices.get("data.name") ?? (choices.has("data.folder") ? "folder" : undefined);
  // A folder of images, here with a table of numbers.
  if (folder === "folder") choices.set("data.name", "images");
  const name = choices.get("data.name") ?? (fresh ? undefined : input.data.name);
  if (name === undefined)
    throw new UserError(
      `--task regression: on what? add --csv FILE --target NAME, or --data ${regressionDataNames.join(" | ")}`,
    );
  oneOf(regressionDataNames)("--data")(String(name));
  input.task ??= { name: "regression" };
  input.schedule ??= regressionDefaults.schedule;
  input.optimizer ??= regressionDefaults.optimizer;
}

/** A registered data set itself says which options it has, when it is loaded. */
const isOwnData = (path: string, { data }: Tree): boolean =>
  path === "data.name" && (isRegistered("data set", data.name) || isRegistered("regression data set", data.name));

const ratePath = (path: string, schedule: string): string =>
  path === "schedule.learningRate" && schedule === "one-cycle" ? "schedule.peak" : path;

/**
 * The options of `train` that make this config; undefined where options cannot say it. Threads are the machine's, so
 * they are left out.
 */
export function flagsOf(config: RunConfig): string | undefined {
  const { data, method, optimizer, schedule } = config;
  if (config.task || typeof config.normalization === "object") return undefined;
  const usual = config.augment.length === 0 || sameJson(config.augment, defaultAugment(data.name));
  // A list of names says only lists of standard options.
  if (![...(usual ? [] : config.augment), ...config.mix].every(isStandard)) return undefined;
  // A learning rate and milestones have no default but one-cycle's peak: unlikely ones are always told.
  const bare = { "one-cycle": {}, constant: noRate, cosine: noRate, multistep: { ...noRate, milestones: [] } };
  const standard = resolveConfig({
    data: { name: data.name, seed: 0 },
    method: { name: method.name },
    optimizer: { name: optimizer.name },
    schedule: { name: schedule.name, ...bare[schedule.name] } as RunConfig["schedule"],
  });
  const said = new Set(trainFlags.map(({ path }) => ratePath(path, schedule.name)));
  for (const part of ["method", "optimizer", "schedule"] as const)
    for (const [field, value] of Object.entries(config[part]))
      if (!said.has(`${part}.${field}`) && !sameJson(value, getPath(standard, `${part}.${field}`))) return undefined;
  const always = new Set(["data.name", "model", "method.name"]);
  if (schedule.name !== "one-cycle") always.add("schedule.name");
  if (optimizer.name !== "sgd") always.add("optimizer.name").add("schedule.learningRate");
  const parts = trainFlags.flatMap(({ flag, path, sets }) => {
    const place = ratePath(path, schedule.name);
    const value = getPath(config, place);
    if (path === "threads" || value === undefined) return [];
    if (path === "augment") return usual ? [] : [`${flag} ${namesOf(config.augment)}`];
    if (path === "mix") return config.mix.length > 0 ? [`${flag} ${namesOf(config.mix)}`] : [];
    if (!always.has(path) && sameJson(value, getPath(standard, place))) return [];
    if (sets !== undefined) return value === sets ? [flag] : [];
    return [`${flag} ${quoted(String(value))}`];
  });
  return [...parts, ...(config.augment.length === 0 ? ["--no-augment"] : [])].join(" ");
}

const isStandard = ({ name, options }: RunConfig["mix"][number]): boolean => sameJson(options, standardOptions(name));
const namesOf = (list: RunConfig["mix"]): string => list.map(({ name }) => name).join(",");

/** As a shell wants it. */
const quoted = (word: string): string => (/[\s&]/.test(word) ? `"${word}"` : word);

const noRate = { learningRate: Number.MAX_VALUE };
const sameJson = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
