import { parse } from "csv-parse/sync";
import { UserError } from "../../core/index.ts";
import { numberOf, type Table, textOf } from "./table.ts";

interface CsvRecord {
  readonly record: string[];
  /** `lines`: the line on which the record ends. */
  readonly info: { readonly lines: number };
}

/**
 * Text of lines of values (RFC 4180), the first of which holds the columns' names. Empty lines are skipped.
 * @throws UserError naming the line for a row of another length, a stray quote or a column without a name
 */
export function parseCsv(path: string, text: string, delimiter: string): Table {
  // csv-parse counts \r\n within quotes as two lines.
  const [header, ...records] = recordsOf(path, text.replace(/\r\n?/g, "\n"), delimiter);
  if (header === undefined) throw new UserError(`${path}: empty; its first line must hold the columns' names`);
  const names = header.record.map((name) => name.trim());
  const nameless = names.indexOf("");
  if (nameless >= 0) throw new UserError(`${path}, line ${lineOf(header)}: column ${nameless + 1} has no name`);
  const other = names.length === 1 && [";", "\t", ","].find((separator) => names[0].includes(separator));
  if (other)
    throw new UserError(
      `${path}: only one column, "${names[0]}": are its values separated by ${shown(other)}? Give it as delimiter`,
    );
  for (const one of records)
    if (one.record.length !== names.length)
      throw new UserError(
        `${path}, line ${lineOf(one)}: ${one.record.length} ${one.record.length === 1 ? "value" : "values"}, but the first line names ${names.length} columns (${shown(delimiter)} separates them)`,
      );
  return {
    path,
    count: records.length,
    columns: names.map((name, at) => {
      const texts = records.map(({ record }) => textOf(record[at]));
      return { name, texts, numbers: Float64Array.from(texts, numberOf) };
    }),
    placeOf: (row) => `line ${lineOf(records[row])}`,
  };
}

const shown = (delimiter: string): string => (delimiter === "\t" ? "a tab" : `"${delimiter}"`);

/** The line on which a record begins. */
const lineOf = ({ record, info }: CsvRecord): number =>
  info.lines - record.reduce((sum, value) => sum + value.split("\n").length - 1, 0);

function recordsOf(path: string, text: string, delimiter: string): CsvRecord[] {
  try {
    return parse(text, {
      delimiter,
      info: true,
      skip_empty_lines: true,
      relax_column_count: true,
      record_delimiter: "\n",
    }) as unknown as CsvRecord[];
  } catch (error) {
    throw new UserError(`${path}: ${(error as Error).message.split("\n")[0]}`);
  }
}
