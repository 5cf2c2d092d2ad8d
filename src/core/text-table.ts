import { printable } from "./printable.ts";

/**
 * Rows as aligned columns of text, for a terminal or a log: the first to the left, the others to the right.
 * @param given rows of equally many cells; the first is the heading
 * @example
 * console.log(textTable([["set", "images"], ["test", "10000"]]));
 */
export function textTable(given: readonly (readonly string[])[]): string {
  const rows = given.map((row) => row.map(printable));
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/**
 * A share in [0, 1] in per cent with one decimal.
 * @example
 * percent(0.8765); // "87.7 %"
 */
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** `1 image`, `2 images`. */
export const counted = (count: number, noun: string): string =>
  `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
