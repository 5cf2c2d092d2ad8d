import { basename, extname } from "node:path";
import { z } from "zod";
import { UserError } from "../../core/index.ts";
import { type RegressionContext, regressionDataSet } from "./entry.ts";
import { splitFields } from "./options.ts";
import { readTable } from "./read-table.ts";
import type { Table } from "./table.ts";
import {
  columnOf,
  columnsAt,
  completeRows,
  firstText,
  isNumeric,
  MOST_CATEGORIES,
  requireDistinct,
} from "./table-columns.ts";
import { tableFields } from "./table-fields.ts";
import { partsByColumn } from "./table-split.ts";

const columnName = z.string().min(1);

const options = z.strictObject({
  name: z.literal("csv"),
  file: z.string().min(1).meta({
    flag: "--csv",
    help: "a .csv or .tsv file with a line of column names, or a .json file: an array of objects",
    example: "cars.json",
  }),
  ...tableFields,
  features: z
    .array(columnName)
    .optional()
    .meta({
      flag: "--features",
      help: "numeric columns to predict from (default: all that have no other use)",
      example: ["Horsepower", "Weight_in_lbs"],
    }),
  categorical: z
    .array(columnName)
    .default([])
    .meta({
      flag: "--categorical",
      help: `columns of at most ${MOST_CATEGORIES} different values that are features too, one column name=value for each`,
      example: ["Origin"],
    }),
  ...splitFields,
});

/**
 * The user's own table of numbers. Columns that are not numeric are features only where `categorical` names them; a
 * column counts as numeric where most of its values are numbers.
 */
export const csv = regressionDataSet({
  title: "Table",
  description: "Your own table: a CSV or TSV file, or a JSON array of objects; some columns are to be predicted.",
  source: "a file on this machine",
  options,

  async load({ file, targets, features, categorical, missing, split, delimiter, testFraction }, { onNotice }) {
    const table = readTable(file, delimiter);
    requireDistinct(file, {
      targets,
      features: features ?? [],
      categorical,
      split: split === undefined ? [] : [split],
    });
    const targetColumns = targets.map((name) => columnOf(table, name));
    const splitColumn = split === undefined ? undefined : columnOf(table, split);
    const categoricalColumns = categorical.map((name) => columnOf(table, name));
    const other = [...targets, ...categorical, ...(split === undefined ? [] : [split])];
    const numericColumns = features?.map((name) => columnOf(table, name)) ?? numericOf(table, other, onNotice);
    if (numericColumns.length + categoricalColumns.length === 0)
      throw new UserError(`${file}: no numeric column is left to predict ${targets.join(", ")} from`);
    const used = { numeric: [...targetColumns, ...numericColumns], categorical: categoricalColumns };
    const rows = completeRows(table, used, missing, onNotice);
    const inputs = columnsAt(table, { numeric: numericColumns, categorical: categoricalColumns }, rows);
    return {
      title: `${basename(file)}: ${targets.join(", ")}`,
      stem: basename(file, extname(file)),
      count: rows.length,
      inputs: { kind: "numbers", ...inputs },
      targets: columnsAt(table, { numeric: targetColumns, categorical: [] }, rows),
      parts: splitColumn && partsByColumn(table, splitColumn, rows, testFraction),
    };
  },
});

/** All numeric columns without another use; those that are not numeric are named in a notice. */
function numericOf(table: Table, used: readonly string[], onNotice: RegressionContext["onNotice"]) {
  const left = table.columns.filter(({ name }) => !used.includes(name));
  const texts = left.filter((column) => !isNumeric(column));
  const told = texts.map((column) => `"${column.name}" (${firstText(table, column)})`).join(", ");
  if (texts.length > 0) onNotice?.(`${table.path}: not numeric, so no features unless categorical: ${told}`);
  return left.filter(isNumeric);
}
