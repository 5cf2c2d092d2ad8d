import { configOptions } from "../run/index.ts";

/** A field of a config or of an option, as the library's messages name it: `method.maskProbability`, `options.ood`. */
const field =
  /(?<![\w./\\:-]|\bconfig )(?:(config|options)\.(\w+)\b|(?:data|method|packed|task|optimizer|schedule|swag)(?:\.\w+)+)(?!\.\w)/g;
/** Options whose flag is not their own name. */
const otherNames: Readonly<Record<string, string>> = { measureMasked: "masked", names: "classes-from" };
/** What ends the names of files, not an option. */
const files = new Set(["json", "js", "mjs", "ts", "mts"]);

/** A message of the library in the words of the command line, where a field is set by a flag. */
export const withFlags = (message: string): string =>
  message.replace(field, (whole: string, kind: string | undefined, name = "") => {
    if (kind === "options") return files.has(name) ? whole : `--${kebab(otherNames[name] ?? name)}`;
    return configOptions().find(({ path }) => path === (kind ? name : whole))?.flag ?? whole;
  });

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
