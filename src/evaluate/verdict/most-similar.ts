/** Indices of the `count` largest, the first of equals first. */
export const mostSimilar = (values: Float32Array, count: number): number[] =>
  Array.from(values.keys())
    .sort((a, b) => values[b] - values[a] || a - b)
    .slice(0, count);
