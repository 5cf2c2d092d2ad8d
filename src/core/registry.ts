import { UserError } from "./errors.ts";

/** What a module of the user's own can add to, as messages call it; a task may have data sets of its own kind. */
export type Registrable =
  | "model"
  | "method"
  | "data set"
  | `${string} data set`
  | "augmentation"
  | "mixer"
  | "corruption";

const registered: { readonly kind: Registrable; readonly name: string; readonly module?: string }[] = [];
let importing: string | undefined;

/**
 * Refuses a name that is taken or that folder names could not hold, and remembers which module gave it.
 * @throws UserError naming the kind, the name and the rule
 */
export function registerName(kind: Registrable, name: string, taken: readonly string[]): void {
  if (!/^[A-Za-z0-9][\w.-]*$/.test(name))
    throw new UserError(
      `register ${kind} "${name}": a name is of letters, digits, ".", "_" and "-", e.g. my-${kind.split(" ")[0]}`,
    );
  if (taken.includes(name)) throw new UserError(`register ${kind} "${name}": the name is taken; choose another one`);
  registered.push({ kind, name, module: importing });
}

/**
 * Adds an entry to a table under a name that is free, and the name to the list of its names.
 * @throws UserError as `registerName`
 */
export function registerEntry<Entry>(
  kind: Registrable,
  table: Readonly<Record<string, Entry>>,
  names: readonly string[],
  name: string,
  entry: Entry,
): void {
  registerName(kind, name, Object.keys(table));
  (table as Record<string, Entry>)[name] = entry;
  (names as string[]).push(name);
}

/**
 * Whether a module of the user's own gave this name.
 * @example
 * isRegistered("model", "tiny-mlp"); // whether registerModel named it
 */
export const isRegistered = (kind: Registrable, name: string): boolean =>
  registered.some((one) => one.kind === kind && one.name === name);

/** How many names are registered: what is made of the tables is made anew where it changed. */
export const registeredCount = (): number => registered.length;

/** The modules that registered anything, in the order of their import: what another thread imports to know the same names. */
export const registeringModules = (): string[] => [
  ...new Set(registered.flatMap(({ module }) => (module === undefined ? [] : [module]))),
];

/** Names that were registered by no imported module, so that another thread cannot know them. */
export const registeredHere = (kind: Registrable): string[] =>
  registered.filter((one) => one.kind === kind && one.module === undefined).map(({ name }) => name);

/** Runs an import; what is registered meanwhile is taken for the module's. */
export async function importingModule<Result>(module: string, work: () => Promise<Result>): Promise<Result> {
  const before = importing;
  importing = module;
  try {
    return await work();
  } finally {
    importing = before;
  }
}
