import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { setPath, type Tree, UserError } from "../core/index.ts";
import { type ConfigOption, configOptions } from "../run/index.ts";
import { listOf, oneOf, type Parse, real, text, whole, wholeList } from "./numbers.ts";

/** How a text becomes what the option takes, which its schema then checks. */
function parserOf({ takes, schema, example }: ConfigOption): Parse<unknown> {
  const parse = textParser(takes);
  return (flag) => (given, before) => {
    const result = schema?.safeParse(parse(flag)(given, before as never));
    if (!result) return parse(flag)(given, before as never);
    if (result.success) return result.data;
    const way = example === undefined ? "" : `; e.g. ${[example].flat().join(",")}`;
    throw new UserError(`${flag} ${given}: ${result.error.issues[0].message}${way}`);
  };
}

function textParser(takes: ConfigOption["takes"]): Parse<unknown> {
  if (takes.kind === "path") return () => (path) => resolve(path);
  if (takes.kind === "name") return oneOf(takes.names);
  if (takes.kind === "names") return listOf(takes.names);
  if (takes.kind === "number") return (takes.whole ? whole : real)(takes.range);
  if (takes.kind === "texts")
    return () => (given, before) => [...((before as string[]) ?? []), ...given.split(",").map((part) => part.trim())];
  if (takes.kind !== "numbers") return text;
  const { range } = takes;
  if (!range) return () => (given) => given.split(",").map(Number);
  return takes.whole ? wholeList(range) : (flag) => (given) => given.split(",").map(real(range)(flag));
}

/** How the command line takes an option of a training. */
export function toOption(option: ConfigOption, withDefault = true): Option {
  const { flag, placeholder, help, standard } = option;
  if (!placeholder) return new Option(flag, help);
  const told = withDefault && standard !== undefined && typeof standard !== "object" ? ` (default: ${standard})` : "";
  return new Option(`${flag} ${placeholder}`, help + told).argParser(parserOf(option)(flag));
}

/** The values that were typed, by the path of the field that they set. */
export function givenOptions(command: Command, options = configOptions()): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const { flag, path, takes } of options) {
    const key = command.options.find(({ long }) => long === flag)!.attributeName();
    if (command.getOptionValueSource(key) === "cli")
      given[path] = takes.kind === "switch" ? takes.sets : command.getOptionValue(key);
  }
  return given;
}

/** The same as the tree that the paths are of. */
export function givenTree(command: Command, options: readonly ConfigOption[]): Tree {
  const tree: Tree = {};
  for (const [path, value] of Object.entries(givenOptions(command, options))) setPath(tree, path, value);
  return tree;
}
