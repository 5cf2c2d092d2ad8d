import { type NumberColumns, UserError } from "../../core/index.ts";
import { joinColumns } from "./columns.ts";
import type { Table, TableColumn } from "./table.ts";

/** Different values that a categorical column may have at most. */
export const MOST_CATEGORIES = 20;

const named = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(", ");

/** @throws UserError for a name that the table does not have */
export function columnOf({ path, columns }: Table, name: string): TableColumn {
  const column = columns.find((one) => one.name === name);
  if (column) return column;
  throw new UserError(`${path}: no column "${name}"; its columns: ${named(columns.map((one) => one.name))}`);
}

/** @throws UserError for a name that stands in two of the lists, or twice in one */
export function requireDistinct(path: string, uses: Readonly<Record<string, readonly string[]>>): void {
  const useOf = new Map<string, string>();
  for (const [use, names] of Object.entries(uses))
    for (const name of names) {
      const other = useOf.get(name);
      if (other === use) throw new UserError(`${path}: ${use} names column "${name}" twice`);
      if (other !== undefined)
        throw new UserError(`${path}: column "${name}" cannot be both in ${other} and in ${use}`);
      useOf.set(name, use);
    }
}

const hasValue = ({ texts }: TableColumn, row: number): boolean => texts[row] !== null;
const isNumber = ({ numbers }: TableColumn, row: number): boolean => !Number.isNaN(numbers[row]);

/** Whether most of the values that are there are numbers: the others are taken for mistakes. */
export function isNumeric(column: TableColumn): boolean {
  const values = column.texts.filter((text) => text !== null).length;
  return 2 * column.numbers.filter((value) => !Number.isNaN(value)).length > values;
}

/** Of a column that is not numeric: its first value with its place, to be shown to the user. */
export function firstText(table: Table, column: TableColumn): string {
  const row = column.texts.findIndex((text, i) => text !== null && !isNumber(column, i));
  return row < 0 ? "no values" : `${table.placeOf(row)}: "${column.texts[row]}"`;
}

export interface UsedColumns {
  readonly numeric: readonly TableColumn[];
  /** Any text is a value. */
  readonly categorical: readonly TableColumn[];
}

/**
 * The rows, ascending, that have a value in every used column.
 * @throws UserError naming line and column: for an infinite number always, for other rows where `missing` is `refuse`;
 *   and where no row is left
 */
export function completeRows(
  table: Table,
  { numeric, categorical }: UsedColumns,
  missing: "refuse" | "skip",
  onNotice?: (line: string) => void,
): number[] {
  const problems: { row: number; text: string }[] = [];
  const rows: number[] = [];
  for (let row = 0; row < table.count; row++) {
    const infinite = numeric.find(({ numbers }) => Math.abs(numbers[row]) === Number.POSITIVE_INFINITY);
    if (infinite)
      throw new UserError(
        `${table.path}, ${table.placeOf(row)}, column "${infinite.name}": "${infinite.texts[row]}" is not a finite number`,
      );
    const empty = [...numeric, ...categorical].find((column) => !hasValue(column, row));
    const wrong = empty ?? numeric.find((column) => !isNumber(column, row));
    if (wrong === undefined) rows.push(row);
    else {
      const what = empty ? "no value" : `"${wrong.texts[row]}" is not a number`;
      problems.push({ row, text: `${table.placeOf(row)}, column "${wrong.name}": ${what}` });
    }
  }
  const [first, ...others] = problems;
  if (first === undefined) return rows;
  if (missing === "refuse") {
    const more = others.length > 0 ? ` (and ${others.length} more)` : "";
    throw new UserError(`${table.path}, ${first.text}${more}; mend it, or leave such rows out with missing: skip`);
  }
  if (rows.length === 0) throw new UserError(`${table.path}: no row has a value in every column; ${first.text}`);
  onNotice?.(`${table.path}: ${problems.length} of ${table.count} rows left out; the first: ${first.text}`);
  return rows;
}

const numbersAt = ({ name, numbers }: TableColumn, rows: readonly number[]) => ({
  name,
  values: Float64Array.from(rows, (row) => numbers[row]),
});

/** A column for each value of a categorical one, in the order of their texts: 1 where an example has it, else 0. */
function oneHot({ path }: Table, { name, texts }: TableColumn, rows: readonly number[]) {
  const values = [...new Set(rows.map((row) => texts[row]!))].sort((a, b) => (a < b ? -1 : 1));
  if (values.length > MOST_CATEGORIES)
    throw new UserError(
      `${path}: categorical column "${name}" has ${values.length} different values, more than ${MOST_CATEGORIES}`,
    );
  return values.map((value) => ({
    name: `${name}=${value}`,
    values: Float64Array.from(rows, (row) => Number(texts[row] === value)),
  }));
}

/** The numeric columns in order, then the categorical ones as columns `name=value`. */
export function columnsAt(table: Table, { numeric, categorical }: UsedColumns, rows: readonly number[]): NumberColumns {
  const joined = joinColumns([
    ...numeric.map((column) => numbersAt(column, rows)),
    ...categorical.flatMap((column) => oneHot(table, column, rows)),
  ]);
  const twice = joined.names.find((name, i) => joined.names.indexOf(name) < i);
  if (twice !== undefined)
    throw new UserError(`${table.path}: two features would be named "${twice}"; rename a column`);
  return joined;
}
