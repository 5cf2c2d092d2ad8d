import { z } from "zod";
import { runPaths } from "../core/index.ts";
import { parseJson, readText } from "./json-file.ts";

/** What evaluation and reports need to know of how a run was trained; everything else in the file passes through. */
export interface RunConfig {
  readonly data: string;
  /** What results must say beside the numbers, e.g. `CIFAR-10 (JPEG copy)`. */
  readonly title: string;
  readonly model: string;
  readonly method: string;
  readonly maskProbability?: number;
  readonly maskTarget?: string;
  readonly seed?: number;
  readonly parameters?: number;
  readonly command?: string;
  /** Every setting that makes two runs different experiments, flattened: not the seed, the folder or the time. */
  readonly settings: Readonly<Record<string, Setting>>;
}

export type Setting = string | number | boolean;

const named = z.union([z.string(), z.looseObject({ name: z.string() })]);
const schema = z.looseObject({
  data: named,
  model: named,
  method: named,
  title: z.string().optional(),
  dataTitle: z.string().optional(),
  maskProbability: z.number().min(0).max(1).nullish(),
  maskTarget: z.string().nullish(),
  seed: z.number().int().optional(),
  parameters: z.number().int().optional(),
  command: z.string().optional(),
});

/** `config.json` of a run folder. @throws UserError where it is missing or damaged. */
export function readRunConfig(run: string): RunConfig {
  const path = runPaths(run).config;
  const config = parseJson(readText(path, "is this a run folder?"), schema, path);
  const { data, model, method } = config;
  const inside = (value: typeof data): Record<string, unknown> => (typeof value === "string" ? {} : value);
  const nameOf = (value: typeof data) => (typeof value === "string" ? value : value.name);
  const maskProbability = config.maskProbability ?? inside(method).maskProbability;
  const maskTarget = config.maskTarget ?? inside(method).maskTarget;
  return {
    data: nameOf(data),
    title: config.title ?? config.dataTitle ?? String(inside(data).title ?? nameOf(data)),
    model: nameOf(model),
    method: nameOf(method),
    // A standard run's config may carry the defaults of anchoring, which it does not use.
    ...(nameOf(method) !== "standard" && typeof maskProbability === "number" && { maskProbability }),
    ...(nameOf(method) !== "standard" && typeof maskTarget === "string" && { maskTarget }),
    seed: config.seed,
    parameters: config.parameters,
    command: config.command,
    settings: flatten(config),
  };
}

/** Keys whose values may differ between two seeds of one experiment. */
const incidental = new Set(
  "seed out run name resume date startedAt command machine versions parameters normalization mean std checkpoint dataFolder".split(
    " ",
  ),
);
const LONGEST_LIST = 16;

function flatten(value: object, prefix = ""): Record<string, Setting> {
  const flat: Record<string, Setting> = {};
  for (const [key, item] of Object.entries(value)) {
    if (incidental.has(key) && !(key === "name" && prefix)) continue;
    if (Array.isArray(item)) {
      if (item.length <= LONGEST_LIST) flat[prefix + key] = item.map((v) => JSON.stringify(v)).join(", ");
    } else if (typeof item === "object" && item !== null) Object.assign(flat, flatten(item, `${prefix}${key}.`));
    else if (item !== null && item !== undefined) flat[prefix + key] = item as Setting;
  }
  return flat;
}
