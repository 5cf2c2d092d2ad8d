/** One column as it was read, [N] each. */
export interface TableColumn {
  readonly name: string;
  /** null where there is no value. */
  readonly texts: readonly (string | null)[];
  /** NaN where the value is missing or not a number; infinite where it is too large for a float64. */
  readonly numbers: Float64Array;
}

/** A table of N rows, read from a file. */
export interface Table {
  readonly path: string;
  readonly count: number;
  readonly columns: readonly TableColumn[];
  /** Where a row stands in the file: `line 7`. */
  placeOf(row: number): string;
}

/** Texts that say that there is no value, in lower case; `?` is UCI's. */
const missingTexts = new Set(["", "na", "n/a", "nan", "null", "none", "?"]);

/** A cell's text without blanks around it, or null where it says that there is no value. */
export function textOf(cell: string): string | null {
  const text = cell.trim();
  return missingTexts.has(text.toLowerCase()) ? null : text;
}

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const infinite = /^([+-]?)inf(inity)?$/i;

/** The decimal number that a text is as a whole, in float64; NaN for any other text. */
export function numberOf(text: string | null): number {
  if (text === null) return Number.NaN;
  if (decimal.test(text)) return Number(text);
  const sign = infinite.exec(text)?.[1];
  return sign === undefined ? Number.NaN : sign === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
