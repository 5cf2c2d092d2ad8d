import { UserError } from "../../core/index.ts";
import type { Table, TableColumn } from "./table.ts";

const parts = ["train", "validation", "test"];

/**
 * The part of each row by the column `split`.
 * @throws UserError naming the line for another value, and where `testFraction` asks for something else
 */
export function partsByColumn(
  table: Table,
  column: TableColumn,
  rows: readonly number[],
  testFraction: number | undefined,
): string[] {
  const { path } = table;
  if (testFraction !== undefined)
    throw new UserError(
      `${path}: column "${column.name}" says what is tested on, so testFraction ${testFraction} has no use; leave out one of the two`,
    );
  const found = rows.map((row) => {
    const text = column.texts[row];
    if (text !== null && parts.includes(text)) return text;
    const what = text === null ? "no value" : `"${text}"`;
    throw new UserError(
      `${path}, ${table.placeOf(row)}, column "${column.name}": ${what}; it must say ${parts.join(", ")}`,
    );
  });
  for (const part of ["train", "test"])
    if (!found.includes(part)) throw new UserError(`${path}: column "${column.name}" says "${part}" in no row`);
  return found;
}
