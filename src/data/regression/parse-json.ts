import { UserError } from "../../core/index.ts";
import { type Table, textOf } from "./table.ts";

/**
 * An array of objects, each a row. A key that an object lacks is a missing value; numbers are JSON's numbers alone, never
 * texts that look like one.
 * @throws UserError naming the row for anything else
 */
export function parseJson(path: string, text: string): Table {
  let rows: unknown;
  try {
    rows = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${path}: not JSON (${(error as Error).message.split("\n")[0]})`);
  }
  return tableOfObjects(path, rows);
}

/** As `parseJson`, of what was parsed; `path` is what messages call it. @throws UserError as `parseJson` */
export function tableOfObjects(path: string, value: unknown): Table {
  const rows = objectsOf(path, value);
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return {
    path,
    count: rows.length,
    columns: names.map((name) => {
      // A row need not have the column, and must not give what all objects inherit.
      const values = rows.map((row) => (Object.hasOwn(row, name) ? row[name] : null));
      const nested = values.findIndex((value) => typeof value === "object" && value !== null);
      if (nested >= 0)
        throw new UserError(`${path}, row ${nested + 1}: "${name}" is an array or object; a value must be plain`);
      return {
        name,
        texts: values.map((value) => (value === null ? null : textOf(String(value)))),
        numbers: Float64Array.from(values, (value) => (typeof value === "number" ? value : Number.NaN)),
      };
    }),
    placeOf: (row) => `row ${row + 1}`,
  };
}

function objectsOf(path: string, rows: unknown): Record<string, unknown>[] {
  if (!Array.isArray(rows)) throw new UserError(`${path}: must be an array of objects, one for each row`);
  const wrong = rows.findIndex((row) => typeof row !== "object" || row === null || Array.isArray(row));
  if (wrong >= 0) throw new UserError(`${path}, row ${wrong + 1}: not an object`);
  return rows;
}
