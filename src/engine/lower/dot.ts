import { arithmeticType, broadcastShapes } from "../element-types.ts";
import { dtypeOf, type Rule } from "./lowering.ts";

/** jax-js's `dot` as it is defined: Σ x · y over the last axis, under broadcasting. */
export const dot: Rule = (lowering, { inputs, outBinders: [out] }) => {
  const { graph } = lowering;
  const type = arithmeticType(dtypeOf(out));
  const [x, y] = inputs.map((input) => graph.cast(lowering.dense(input), type));
  const shape = broadcastShapes(x.shape, y.shape);
  const products = graph.node("Mul", [x, y], shape, type);
  return [graph.cast(graph.sum(products, [shape.length - 1]), dtypeOf(out))];
};
