import { extname } from "node:path";
import { UserError } from "../../core/index.ts";
import { readNamed } from "../files.ts";
import { parseCsv } from "./parse-csv.ts";
import { parseJson } from "./parse-json.ts";
import type { Table } from "./table.ts";

/** Endings of table files, and what their values are separated by; JSON has no separator. */
const endings: Readonly<Record<string, string | undefined>> = {
  ".csv": ",",
  ".txt": ",",
  ".tsv": "\t",
  ".tab": "\t",
  ".json": undefined,
};

/**
 * Reads a CSV or TSV file with a line of column names, or a JSON file that is an array of objects; the name's ending says
 * which.
 * @param delimiter what separates values; by the name's ending where absent
 * @throws UserError naming the file, and the line where there is one, for what is not a table with rows
 */
export function readTable(path: string, delimiter?: string): Table {
  const ending = extname(path).toLowerCase();
  if (!(ending in endings))
    throw new UserError(`${path}: a table's name must end in ${Object.keys(endings).join(", ")}, not "${ending}"`);
  if (ending === ".json" && delimiter !== undefined)
    throw new UserError(`${path}: a JSON file has no delimiter; leave it out`);
  const text = decode(path, readNamed(path));
  const separator = delimiter ?? endings[ending];
  const table = separator === undefined ? parseJson(path, text) : parseCsv(path, text, separator);
  const names = table.columns.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new UserError(`${path}: two columns are named "${twice}"; rename one`);
  if (table.count === 0) throw new UserError(`${path}: no rows`);
  return table;
}

function decode(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UserError(`${path}: not UTF-8 text; save it as UTF-8`);
  }
}
