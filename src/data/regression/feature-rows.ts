import { UserError } from "../../core/index.ts";
import { tableOfObjects } from "./parse-json.ts";
import { readTable } from "./read-table.ts";
import type { Table, TableColumn } from "./table.ts";

/** The numbers that a trained regression takes, by the names of its training table. */
export interface FeatureNames {
  /** [F] in the order of the network's inputs. */
  readonly names: readonly string[];
  /** Columns of a table that became columns `name=value` of 0 and 1. */
  readonly categorical: readonly string[];
}

/** A row of a table, to be predicted from. */
export interface FeatureRow {
  /** Where it stands in the file, e.g. `line 7`. */
  readonly place: string;
  /** [F], or why there are none. */
  readonly values: Float32Array | UserError;
}

/**
 * The rows of a table of the user's, as a trained regression takes them: targets need not be there, further columns are
 * named in a notice and left out. A row that lacks a number is its `UserError` instead.
 * @throws UserError for a file that is no table, and for columns that are missing
 * @example readFeatureRows("new.csv", { names: ["Horsepower", "Origin=Japan"], categorical: ["Origin"] });
 */
export function readFeatureRows(
  path: string,
  features: FeatureNames,
  { delimiter, onNotice }: { readonly delimiter?: string; readonly onNotice?: (line: string) => void } = {},
): FeatureRow[] {
  return rowsOf(readTable(path, delimiter), features, onNotice);
}

/**
 * As `readFeatureRows`, of an array of objects; further keys are left out.
 * @throws UserError for another value, and for columns that no object has
 * @example featureRowsOf("the body", [{ Horsepower: 130, Origin: "Japan" }], features);
 */
export const featureRowsOf = (name: string, rows: unknown, features: FeatureNames): FeatureRow[] =>
  rowsOf(tableOfObjects(name, rows), features);

function rowsOf(table: Table, features: FeatureNames, onNotice?: (line: string) => void): FeatureRow[] {
  const sources = sourcesOf(table, features);
  const used = new Set(sources.map(({ column }) => column));
  const others = table.columns.filter((column) => !used.has(column));
  if (others.length > 0)
    onNotice?.(
      `${table.path}: not what the model predicts from, so left out: ${others.map(({ name }) => `"${name}"`).join(", ")}`,
    );
  return Array.from({ length: table.count }, (_, row) => ({
    place: table.placeOf(row),
    values: valuesAt(table, sources, row),
  }));
}

/** Where an input of the network comes from. */
interface Source {
  readonly column: TableColumn;
  /** The value for which the input is 1, of a categorical column; `known` are all of that column. */
  readonly category?: { readonly value: string; readonly known: readonly string[] };
}

function sourcesOf({ path, columns }: Table, { names, categorical }: FeatureNames): Source[] {
  const byName = new Map(columns.map((column) => [column.name, column]));
  const missing = new Set<string>();
  const sources = names.flatMap((name): Source[] => {
    const own = byName.get(name);
    if (own) return [{ column: own }];
    const stem = categorical.find((one) => name.startsWith(`${one}=`));
    const column = stem === undefined ? undefined : byName.get(stem);
    if (stem === undefined || !column) {
      missing.add(stem ?? name);
      return [];
    }
    const categoryOf = (one: string) => one.slice(stem.length + 1);
    const known = names.filter((one) => one.startsWith(`${stem}=`)).map(categoryOf);
    return [{ column, category: { value: categoryOf(name), known } }];
  });
  const quoted = (all: Iterable<string>) => Array.from(all, (name) => `"${name}"`).join(", ");
  if (missing.size > 0)
    throw new UserError(
      `${path}: no column ${quoted(missing)}, which the model predicts from; its columns: ${quoted(byName.keys())}`,
    );
  return sources;
}

function valuesAt({ path, placeOf }: Table, sources: readonly Source[], row: number): Float32Array | UserError {
  const values = new Float32Array(sources.length);
  for (const [i, { column, category }] of sources.entries()) {
    const text = column.texts[row];
    const refuse = (why: string) => new UserError(`${path}, ${placeOf(row)}, column "${column.name}": ${why}`);
    if (text === null) return refuse("no value");
    if (category) {
      if (!category.known.includes(text))
        return refuse(`"${text}" was in no training example; known: ${category.known.join(", ")}`);
      values[i] = Number(text === category.value);
      continue;
    }
    const value = column.numbers[row];
    if (Number.isNaN(value)) return refuse(`"${text}" is not a number`);
    values[i] = value;
    if (!Number.isFinite(values[i])) return refuse(`"${text}" is not a finite float32 number`);
  }
  return values;
}
