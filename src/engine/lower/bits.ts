import { broadcastShapes } from "../graph.ts";
import { dtypeOf, type Rule } from "./lowering.ts";

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
  const operands = inputs.map((input) => lowering.promoted(input, "uint32"));
  const shape = broadcastShapes(...operands.map((operand) => operand.shape));
  const direction = params.op === "shl" ? "LEFT" : "RIGHT";
  return [graph.cast(graph.node("BitShift", operands, shape, "uint32", { attributes: { direction } }), dtypeOf(out))];
};
