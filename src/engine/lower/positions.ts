/** All index tuples of a shape in row-major order, e.g. [2, 2] → [0,0] [0,1] [1,0] [1,1]. */
export const positionsOf = (shape: readonly number[]): number[][] =>
  shape.reduce<number[][]>(
    (list, size) => list.flatMap((at) => Array.from({ length: size }, (_, i) => [...at, i])),
    [[]],
  );
