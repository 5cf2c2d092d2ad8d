import { z } from "zod";
import { runPaths } from "../files/index.ts";
import { parseJson, readText } from "../files/internal.ts";

/** What evaluation and reports need to know of how a run was trained; everything else in the file passes through. */
export interface RunSettings {
  readonly data: string;
  /** What results must say beside the numbers, e.g. `CIFAR-10 (JPEG copy)`. */
  readonly title: string;
  readonly model: string;
  readonly method: string;
  readonly maskProbability?: number;
  readonly maskTarget?: string;
  readonly seed?: number;
  /** Every setting that makes two runs different experiments, flattened: not the run's seed, its folder or the time; the data's seed, which splits them, is one. */
  readonly settings: Readonly<Record<string, Setting>>;
}

export type Setting = string | number | boolean;

const schema = z.object({
  config: z.looseObject({
    data: z.looseObject({ name: z.string() }),
    model: z.string(),
    method: z.looseObject({
      name: z.string(),
      maskProbability: z.number().min(0).max(1).optional(),
      maskTarget: z.string().optional(),
    }),
    seed: z.number().int().optional(),
    syncBatchNorm: z.boolean().optional(),
  }),
  data: z.looseObject({ name: z.string(), title: z.string() }),
  recalibrated: z.object({ batches: z.number() }).optional(),
  ranks: z.number().int().optional(),
  interpolated: z.object({ at: z.number() }).optional(),
  zeroShot: z.object({ templates: z.array(z.string()) }).optional(),
});

/** `config.json` of a run folder. @throws UserError where it is missing or damaged. */
export function readRunSettings(run: string): RunSettings {
  const path = runPaths(run).config;
  const { config, data, recalibrated, ranks, interpolated, zeroShot } = parseJson(
    readText(path, "is this a run folder?"),
    schema,
    path,
  );
  const { name, maskProbability, maskTarget } = config.method;
  const decisive = Object.fromEntries(Object.entries(config).filter(([field]) => !incidental.has(field)));
  return {
    data: data.name,
    title: data.title,
    model: config.model,
    method: name,
    maskProbability,
    maskTarget,
    seed: config.seed,
    settings: {
      ...flatten(decisive),
      ...(recalibrated && { "recalibrated.batches": recalibrated.batches }),
      ...(zeroShot && { "zeroShot.templates": zeroShot.templates.length }),
      ...(interpolated && { "interpolated.at": interpolated.at }),
      // Synchronized, several ranks compute what one does.
      ...(ranks !== undefined && !config.syncBatchNorm && { ranks }),
    },
  };
}

/** Fields of a config that may differ between two seeds of one experiment, or change nothing but the log and the speed. */
const incidental = new Set(["seed", "threads", "device", "logEvery", "validateEvery", "syncBatchNorm"]);

/** `{ optimizer: { name: "sgd" } }` → `{ "optimizer.name": "sgd" }`. */
function flatten(value: object, prefix = ""): Record<string, Setting> {
  const flat: Record<string, Setting> = {};
  for (const [key, item] of Object.entries(value)) {
    if (item === null || item === undefined) continue;
    if (Array.isArray(item)) flat[prefix + key] = item.map(describe).join(", ");
    else if (typeof item === "object") Object.assign(flat, flatten(item, `${prefix}${key}.`));
    else flat[prefix + key] = item;
  }
  return flat;
}

/** `{ name: "crop", options: { pad: 4 } }` → `crop(pad 4)`. */
function describe(item: unknown): string {
  if (typeof item !== "object" || item === null) return String(item);
  const { name, options, ...rest } = item as { name?: unknown; options?: object };
  if (typeof name !== "string") return JSON.stringify(item);
  const settings = Object.entries({ ...options, ...rest }).map(([key, value]) => `${key} ${describe(value)}`);
  return settings.length ? `${name}(${settings.join(", ")})` : name;
}
