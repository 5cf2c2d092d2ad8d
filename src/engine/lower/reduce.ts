import { arithmeticType } from "../graph.ts";
import { type Rule, shapeOf } from "./lowering.ts";

const operators: Record<string, string> = { Add: "ReduceSum", Mul: "ReduceProd", Max: "ReduceMax", Min: "ReduceMin" };

/** Sum, product, maximum or minimum over axes. Along a virtual axis nothing is read: n equal terms are n × one term. */
export const reduce: Rule = (lowering, { inputs: [x], params }) => {
  const { graph } = lowering;
  const { op, axis } = params as { op: string; axis: number[] };
  const value = lowering.virtual(x);
  const shape = shapeOf(x);
  const repeated = axis.filter((i) => value.shape[i] === 1).reduce((n, i) => n * shape[i], 1);
  const type = arithmeticType(value.dtype);
  const result = value.shape.filter((_, i) => !axis.includes(i));
  const wide = graph.cast(value, type);
  const read = axis.filter((i) => value.shape[i] !== 1);
  let reduced =
    read.length === 0
      ? graph.reshape(wide, result)
      : graph.node(operators[op], [wide, graph.int64(axis)], result, type, { attributes: { keepdims: 0 } });
  if (repeated > 1 && op === "Add") reduced = graph.node("Mul", [reduced, graph.scalar(repeated, type)], result, type);
  if (repeated > 1 && op === "Mul" && type === "float32")
    reduced = graph.node("Pow", [reduced, graph.scalar(repeated, type)], result, type);
  else if (repeated > 1 && op === "Mul") {
    const dense = graph.cast(lowering.dense(x), type);
    reduced = graph.node("ReduceProd", [dense, graph.int64(axis)], result, type, { attributes: { keepdims: 0 } });
  }
  return [graph.cast(reduced, value.dtype)];
};
