import { type Html, html } from "./html.ts";

/** Cells as text, a row each; the first row holds the names of the columns. */
export type Cells = readonly (readonly string[])[];

const csvCell = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** RFC 4180, with a plain minus so that programs read the numbers. */
export const toCsv = (cells: Cells): string =>
  cells.map((row) => row.map((cell) => csvCell(plain(cell))).join(",")).join("\n");

export function toMarkdown([head, ...rows]: Cells): string {
  const line = (row: readonly string[]) => `| ${row.map((cell) => plain(cell).replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${head.map(() => "---|").join("")}`, ...rows.map(line)].join("\n");
}

const plain = (text: string): string => text.replaceAll("−", "-").replaceAll("\u00a0", " ");

/** A table's content in two forms; a click selects the whole of one, for the page runs no script that could copy it. */
export const copyable = (cells: Cells): Html =>
  html`<details class="copy"><summary>Copy as CSV or Markdown</summary>
<p>A click selects all of it.</p><h4>CSV</h4><pre tabindex="0">${toCsv(cells)}</pre><h4>Markdown</h4><pre tabindex="0">${toMarkdown(cells)}</pre></details>`;

/** A table of numbers, its first column the names of the rows, with `copyable` below it. */
export function dataTable(cells: Cells, label: string): Html {
  const [head, ...rows] = cells;
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table class="data">
<thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>${rows.map(
    ([name, ...values]) => html`<tr><th scope="row">${name}</th>${values.map((value) => html`<td>${value}</td>`)}</tr>`,
  )}</tbody></table></div>${copyable(cells)}`;
}
