import type { Tensor } from "../nodes.ts";
import type { Atom } from "../trace.ts";
import { dtypeOf, type Lowering, type Rule } from "./lowering.ts";

/** The last axis in ascending order, with where each element came from (int64); equal elements keep their order. */
function ascending(lowering: Lowering, x: Atom): [Tensor, Tensor] {
  const { graph } = lowering;
  const value = graph.arithmetic(lowering.dense(x));
  const { shape, dtype } = value;
  const [sorted, order] = graph.multi(
    "TopK",
    [value, graph.int64([shape.at(-1)!])],
    [
      { shape, dtype },
      { shape, dtype: "int64" },
    ],
    { attributes: { axis: shape.length - 1, largest: 0, sorted: 1 } },
  );
  return [graph.cast(sorted, dtypeOf(x)), order];
}

export const sort: Rule = (lowering, { inputs: [x] }) => [ascending(lowering, x)[0]];

export const argsort: Rule = (lowering, { inputs: [x] }) => {
  const [sorted, order] = ascending(lowering, x);
  return [sorted, lowering.graph.cast(order, "int32")];
};
