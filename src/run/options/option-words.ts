import { standardOptions } from "../../augment/index.ts";
import { getPath } from "../../core/index.ts";
import { type RunConfig, resolveConfig } from "../config.ts";
import { defaultAugment } from "../tasks/classification.ts";
import { ratePath } from "./config-from-options.ts";
import { configOptions } from "./config-options.ts";

/**
 * The options of the command `train` that make this config; undefined where options cannot say it. Threads are the
 * machine's, so they are left out.
 * @example
 * optionWords(readRun("runs/mine").config); // "--data mnist --model resnet20 --method anchored --mask-probability 0.25"
 */
export function optionWords(config: RunConfig): string | undefined {
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
  const said = new Set(configOptions().map(({ path }) => ratePath(path, schedule.name)));
  for (const part of ["method", "optimizer", "schedule"] as const)
    for (const [field, value] of Object.entries(config[part]))
      if (!said.has(`${part}.${field}`) && !sameJson(value, getPath(standard, `${part}.${field}`))) return undefined;
  const always = new Set(["data.name", "model", "method.name"]);
  if (schedule.name !== "one-cycle") always.add("schedule.name");
  if (optimizer.name !== "sgd") always.add("optimizer.name").add("schedule.learningRate");
  const parts = configOptions().flatMap(({ flag, path, takes }) => {
    const place = ratePath(path, schedule.name);
    const value = getPath(config, place);
    if (path === "threads" || value === undefined) return [];
    if (path === "augment") return usual ? [] : [`${flag} ${namesOf(config.augment)}`];
    if (path === "mix") return config.mix.length > 0 ? [`${flag} ${namesOf(config.mix)}`] : [];
    if (!always.has(path) && sameJson(value, getPath(standard, place))) return [];
    if (takes.kind === "switch") return value === takes.sets ? [flag] : [];
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
