import { type ElementType, isFloat } from "../element-types.ts";
import type { Graph } from "../graph.ts";
import type { Tensor } from "../nodes.ts";
import { dtypeOf, type Rule, shapeOf } from "./lowering.ts";

const operators: Record<string, string> = { Add: "ReduceSum", Mul: "ReduceProd", Max: "ReduceMax", Min: "ReduceMin" };

/** Sum, product, maximum or minimum over axes. Along a virtual axis nothing is read: n equal terms are n × one term. */
export const reduce: Rule = (lowering, { inputs: [x], params }) => {
  const { graph } = lowering;
  const { op, axis } = params as { op: string; axis: number[] };
  const dtype = dtypeOf(x);
  const extremum = op === "Max" || op === "Min";
  // The power of a repeated integer factor is not worth a rule of its own.
  const value = op === "Mul" && !isFloat(dtype) ? lowering.dense(x) : lowering.virtual(x);
  const shape = shapeOf(x);
  const repeated = axis.filter((i) => value.shape[i] === 1).reduce((n, i) => n * shape[i], 1);
  const result = value.shape.filter((_, i) => !axis.includes(i));
  const wide = extremum ? signed(graph, value) : graph.arithmetic(value);
  const type = wide.dtype;
  let reduced = axis.every((i) => value.shape[i] === 1)
    ? graph.reshape(wide, result)
    : graph.node(operators[op], [wide, graph.int64(axis)], result, type, { attributes: { keepdims: 0 } });
  if (repeated > 1 && op === "Add") reduced = graph.node("Mul", [reduced, graph.scalar(repeated, type)], result, type);
  if (repeated > 1 && op === "Mul") reduced = graph.node("Pow", [reduced, graph.scalar(repeated, type)], result, type);
  return [extremum ? unsigned(graph, reduced, dtype) : graph.cast(reduced, dtype)];
};

// ONNX Runtime has no ReduceMax of uint32, and that of int64 compares the lower halves as signed (1.30.0). So uint32 is
// moved to int32 in the same order, by 2³¹.
const offset = 2 ** 31;

function signed(graph: Graph, value: Tensor): Tensor {
  if (value.dtype !== "uint32") return graph.arithmetic(value);
  const wide = graph.cast(value, "int64");
  return graph.cast(graph.node("Sub", [wide, graph.scalar(offset, "int64")], value.shape, "int64"), "int32");
}

function unsigned(graph: Graph, value: Tensor, dtype: ElementType): Tensor {
  if (dtype !== "uint32") return graph.cast(value, dtype);
  const wide = graph.cast(value, "int64");
  return graph.cast(graph.node("Add", [wide, graph.scalar(offset, "int64")], value.shape, "int64"), dtype);
}
