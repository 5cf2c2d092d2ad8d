/** NumPy's `linspace`: COCO's figures and bins of scores hang on its last bits. */
export const evenly = (from: number, to: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => (i === count - 1 ? to : i * ((to - from) / (count - 1)) + from));
