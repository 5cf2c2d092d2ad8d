import type { NumberColumns, RegressionInputs, RegressionSet } from "../../core/index.ts";
import { selectImages } from "../../core/internal.ts";
import type { Examples } from "./entry.ts";

/** The numbers of one column, [N]: a copy. */
export function columnValues({ names, data }: NumberColumns, name: string): Float64Array {
  const at = names.indexOf(name);
  return Float64Array.from({ length: data.length / names.length }, (_, row) => data[row * names.length + at]);
}

/** Columns of [N] numbers each, side by side: [N × D]. */
export function joinColumns(
  columns: readonly { readonly name: string; readonly values: Float64Array }[],
): NumberColumns {
  const width = columns.length;
  const data = new Float64Array(width * (columns[0]?.values.length ?? 0));
  for (const [at, { values }] of columns.entries())
    for (let row = 0; row < values.length; row++) data[row * width + at] = values[row];
  return { names: columns.map(({ name }) => name), data };
}

function selectNumbers({ names, data }: NumberColumns, rows: readonly number[]): NumberColumns {
  const width = names.length;
  const out = new Float64Array(rows.length * width);
  for (const [i, row] of rows.entries()) out.set(data.subarray(row * width, (row + 1) * width), i * width);
  return { names, data: out };
}

/** The examples at `rows`, in that order. */
export function selectExamples({ inputs, targets }: Examples, rows: readonly number[], name: string): RegressionSet {
  const selected: RegressionInputs =
    inputs.kind === "numbers"
      ? { kind: "numbers", ...selectNumbers(inputs, rows) }
      : { ...inputs, images: selectImages(inputs, rows) };
  return { name, count: rows.length, inputs: selected, targets: selectNumbers(targets, rows) };
}
