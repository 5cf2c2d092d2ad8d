import { augmentationNames, mixerNames } from "../augment/index.ts";
import { isRegistered, type Registrable, UserError } from "../core/index.ts";
import { registeringModules } from "../core/internal.ts";
import { methodNames } from "../methods/index.ts";
import { modelNames } from "../models/index.ts";
import type { RunConfigInput } from "./config.ts";
import { taskConfigEntries, taskConfigOf } from "./tasks/index.ts";

const names: Partial<Record<Registrable, readonly string[]>> = {
  model: modelNames,
  method: methodNames,
  augmentation: augmentationNames,
  mixer: mixerNames,
};

/** What a config names that can be registered. */
function named({ model, method, augment = [], mix = [] }: RunConfigInput): [Registrable, string][] {
  const all: [Registrable, string | undefined][] = [
    ["model", model],
    ["method", method?.name],
    ...augment.map(({ name }): [Registrable, string] => ["augmentation", name]),
    ...mix.map(({ name }): [Registrable, string] => ["mixer", name]),
  ];
  return all.filter((one): one is [Registrable, string] => one[1] !== undefined);
}

/** The modules to import before a config can be used again; undefined where it names nothing that is registered. */
export function modulesFor(config: RunConfigInput): readonly string[] | undefined {
  const { dataKind } = taskConfigOf(config);
  const all: [Registrable, string][] = [...named(config), [dataKind, config.data.name]];
  return all.some(([kind, name]) => isRegistered(kind, name)) ? registeringModules() : undefined;
}

interface Remembered {
  readonly config: RunConfigInput;
  readonly modules?: readonly string[];
}

/** @throws UserError for a stored run that names what a module of the user's own registers, where that is not imported */
export function requireRegistered(run: string, { config, modules }: Remembered): void {
  const unknown = named(config).find(([kind, name]) => !names[kind]!.includes(name));
  if (unknown) throw notImported(run, unknown, modules);
}

/** @throws UserError likewise, for the run's data set */
export function requireRegisteredData(run: string, { config, modules }: Remembered): void {
  const { name } = config.data;
  const { dataKind } = taskConfigOf(config);
  // Several tasks have the same kind of data sets, of which one names them.
  const known = taskConfigEntries.some(([, task]) => task.dataKind === dataKind && task.dataNames.includes(name));
  if (!known) throw notImported(run, ["data set", name], modules);
}

function notImported(run: string, [kind, name]: [Registrable, string], modules: readonly string[] = []): UserError {
  const way =
    modules.length > 0
      ? `${modules.map((module) => `--import ${module}`).join(" ")}, or set ANCHORED_IMPORT=${modules.join(",")}`
      : "--import MODULE, or set ANCHORED_IMPORT=MODULE";
  return new UserError(
    `${run}: its ${kind} "${name}" is not Anchored's own; import the module that registers it: add ${way}`,
  );
}
