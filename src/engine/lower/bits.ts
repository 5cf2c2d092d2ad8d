import { broadcastShapes, onnxType } from "../element-types.ts";
import type { Graph } from "../graph.ts";
import type { Tensor } from "../nodes.ts";
import { dtypeOf, type Rule } from "./lowering.ts";

/** `op` on uint32 tensors or numbers; sums and products wrap around. */
export function uint32(graph: Graph, op: string, a: Tensor, b: Tensor | number): Tensor {
  const right = typeof b === "number" ? graph.scalar(b, "uint32") : b;
  return graph.node(op, [a, right], broadcastShapes(a.shape, right.shape), "uint32");
}

/** By 0 to 31 bits, zeros moving in. */
export function shift(graph: Graph, x: Tensor, bits: Tensor, direction: "LEFT" | "RIGHT"): Tensor {
  const shape = broadcastShapes(x.shape, bits.shape);
  return graph.node("BitShift", [x, bits], shape, "uint32", { attributes: { direction } });
}

/** Bitwise and, or, exclusive or of integers; the logical ones of bools. */
export const bitCombine: Rule = (lowering, { inputs, params, outBinders: [out] }) => {
  const { graph } = lowering;
  const dtype = dtypeOf(out);
  const operands = inputs.map((input) => lowering.promoted(input, dtype));
  const name = { and: "And", or: "Or", xor: "Xor" }[params.op as "and" | "or" | "xor"];
  const shape = broadcastShapes(...operands.map((operand) => operand.shape));
  return [graph.node(dtype === "bool" ? name : `Bitwise${name}`, operands, shape, dtype)];
};

/** Logical shifts, also of int32 (as jax-js's WebAssembly and WebGPU back-ends do). By 0 to 31 bits. */
export const bitShift: Rule = (lowering, { inputs, params, outBinders: [out] }) => {
  const { graph } = lowering;
  const [x, bits] = inputs.map((input) => lowering.promoted(input, "uint32"));
  return [graph.cast(shift(graph, x, bits, params.op === "shl" ? "LEFT" : "RIGHT"), dtypeOf(out))];
};

/** How many bits are 1 (int32): sums over 2, 4 and 8 bits side by side, then over the bytes (Hacker's Delight, 5-1). */
export const bitCount: Rule = (lowering, { inputs: [x] }) => {
  const { graph } = lowering;
  const right = (value: Tensor, bits: number) => shift(graph, value, graph.scalar(bits, "uint32"), "RIGHT");
  const and = (value: Tensor, mask: number) => uint32(graph, "BitwiseAnd", value, mask);
  const single = graph.cast(lowering.virtual(x), "uint32");
  const pairs = uint32(graph, "Sub", single, and(right(single, 1), 0x55555555));
  const fours = uint32(graph, "Add", and(pairs, 0x33333333), and(right(pairs, 2), 0x33333333));
  const bytes = and(uint32(graph, "Add", fours, right(fours, 4)), 0x0f0f0f0f);
  return [graph.cast(right(uint32(graph, "Mul", bytes, 0x01010101), 24), "int32")];
};

/** The same bits as another type. ONNX has the operator from opset 26 on. */
export const bitcast: Rule = (lowering, { inputs: [x], outBinders: [out] }) => {
  const value = lowering.virtual(x);
  const dtype = dtypeOf(out);
  if (value.dtype === dtype) return [value];
  const attributes = { to: onnxType[dtype] };
  return [lowering.graph.node("BitCast", [value], value.shape, dtype, { attributes })];
};
