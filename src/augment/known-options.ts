import { UserError } from "../core/index.ts";
import { standardOptions } from "./standard-options.ts";

/** Makes an augmentation or a mixer of its options, and keeps all of them as `options`. */
export type OptionTable = Readonly<Record<string, (options: any) => { readonly options: object }>>;

/** The options that an entry of the table has. */
export const optionNames = (table: OptionTable, name: string): string[] =>
  Object.keys(table[name](standardOptions(name)).options);

/** What is wrong with the names of options that were given, in one line; undefined where all are known. */
export function unknownOption(table: OptionTable, name: string, given: object): string | undefined {
  const known = optionNames(table, name);
  const unknown = Object.keys(given).find((option) => !known.includes(option));
  if (unknown === undefined) return undefined;
  return `${name}: unknown option "${unknown}"; ${known.length > 0 ? `known: ${known.join(", ")}` : "it has none"}`;
}

/** @throws UserError naming the first option that the entry does not have, and those that it has */
export function refuseUnknownOptions(table: OptionTable, name: string, given: object): void {
  const wrong = unknownOption(table, name, given);
  if (wrong !== undefined) throw new UserError(wrong);
}
