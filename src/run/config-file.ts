import { existsSync, readFileSync } from "node:fs";
import { extname } from "node:path";
import { UserError } from "../core/index.ts";
import { importModule } from "../files/internal.ts";
import { type RunConfigInput, resolveConfig } from "./config.ts";
import { withFormerDefaults } from "./run-record.ts";

/**
 * A run's config from a JSON file (that of a run folder, too) or from what a module exports as default or `config`.
 * Modules are code: they run.
 * @throws UserError naming the file, and the first field that is unknown or out of range.
 * @example const config = resolveConfig(await readConfigFile("experiment.json"));
 */
export async function readConfigFile(path: string): Promise<RunConfigInput> {
  if (!existsSync(path)) throw new UserError(`${path}: no such file`);
  const found = extname(path) === ".json" ? readJson(path) : await moduleConfig(path);
  if (typeof found !== "object" || found === null || Array.isArray(found))
    throw new UserError(`${path}: holds no config object`);
  // What editors go by is no part of the experiment.
  const { $schema: _, ...given } = found as { readonly $schema?: string };
  // A run folder's config.json keeps the config beside the description of its data.
  const config =
    "config" in given ? withFormerDefaults(given.config as RunConfigInput) : (given as unknown as RunConfigInput);
  try {
    resolveConfig(config);
  } catch (error) {
    throw new UserError(`${path}: ${withValue(config, (error as Error).message)}`);
  }
  return config;
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new UserError(`${path}: ${(error as Error).message}`);
  }
}

async function moduleConfig(path: string): Promise<unknown> {
  const module = await importModule(path);
  const found = module.default ?? module.config;
  if (found === undefined) throw new UserError(`${path}: exports neither a default nor \`config\``);
  return found;
}

/** `config a.b: rule` → `a.b is 2: rule` */
function withValue(config: unknown, message: string): string {
  const [, path, rule] = /^config ([\w.]+): (.*)$/s.exec(message) ?? [];
  if (path === undefined) return message;
  const value = path.split(".").reduce<any>((at, key) => at?.[key], config);
  return value === undefined ? `${path}: ${rule}` : `${path} is ${JSON.stringify(value)}: ${rule}`;
}
