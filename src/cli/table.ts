import { printable } from "../core/index.ts";

export { duration } from "../core/index.ts";

/** Rows as aligned columns: the first to the left, the others to the right. */
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

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
