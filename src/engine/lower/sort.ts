import type { Tensor } from "../nodes.ts";
import type { Atom } from "../trace.ts";
import { dtypeOf, type Lowering, type Rule } from "./lowering.ts";

/**
 * The first `count` elements of the last axis in ascending order, or in descending order if they are to be the largest,
 * with where each came from (int64); of equal elements those with lower indices come first.
 */
export function inOrder(lowering: Lowering, x: Tensor, { count, largest }: { count: number; largest: boolean }) {
  const { graph } = lowering;
  const value = graph.arithmetic(x);
  const shape = [...value.shape.slice(0, -1), count];
  const [values, places] = graph.multi(
    "TopK",
    [value, graph.int64([count])],
    [
      { shape, dtype: value.dtype },
      { shape, dtype: "int64" },
    ],
    { attributes: { axis: shape.length - 1, largest: largest ? 1 : 0, sorted: 1 } },
  );
  return { values, places };
}

/** The whole last axis in ascending order, with where each element came from (int64). */
function ascending(lowering: Lowering, x: Atom): [Tensor, Tensor] {
  const dense = lowering.dense(x);
  const { values, places } = inOrder(lowering, dense, { count: dense.shape.at(-1)!, largest: false });
  return [lowering.graph.cast(values, dtypeOf(x)), places];
}

export const sort: Rule = (lowering, { inputs: [x] }) => [ascending(lowering, x)[0]];

export const argsort: Rule = (lowering, { inputs: [x] }) => {
  const [sorted, order] = ascending(lowering, x);
  return [sorted, lowering.graph.cast(order, "int32")];
};
