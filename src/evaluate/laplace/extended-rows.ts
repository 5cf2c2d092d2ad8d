/** z̃: a 1 after every row of [n, D], for the bias. */
export function extendedRows(rows: Float64Array, width: number): Float64Array {
  const count = rows.length / width;
  const extended = new Float64Array(count * (width + 1));
  for (let i = 0; i < count; i++) {
    extended.set(rows.subarray(i * width, (i + 1) * width), i * (width + 1));
    extended[i * (width + 1) + width] = 1;
  }
  return extended;
}
