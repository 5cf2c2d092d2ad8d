import { arithmeticType, broadcastShapes, type ElementType, isFloat } from "../element-types.ts";
import type { Attribute, Tensor } from "../nodes.ts";
import type { Atom } from "../trace.ts";
import { dtypeOf, type Lowering, type Rule } from "./lowering.ts";

/**
 * One ONNX operator on broadcast operands, promoted to `dtype` as jax-js does and computed in `type`, a type that ONNX
 * Runtime's kernel has.
 */
function apply(
  lowering: Lowering,
  op: string,
  operands: readonly Atom[],
  dtype: ElementType,
  { type = arithmeticType(dtype), result = dtype, attributes = {} }: ApplyOptions = {},
): Tensor {
  const { graph } = lowering;
  const cast = operands.map((operand) => graph.cast(lowering.promoted(operand, dtype), type));
  const shape = broadcastShapes(...cast.map((operand) => operand.shape));
  const computed = result === "bool" && comparisons.has(op) ? "bool" : type;
  return graph.cast(graph.node(op, cast, shape, computed, { attributes }), result);
}
interface ApplyOptions {
  readonly type?: ElementType;
  readonly result?: ElementType;
  readonly attributes?: Record<string, Attribute>;
}
const comparisons = new Set(["Less", "LessOrEqual", "Equal"]);

/** add, mul, sin, …: operands are promoted to the result's dtype. */
export const arithmetic =
  (op: string): Rule =>
  (lowering, { inputs, outBinders: [out] }) => [apply(lowering, op, inputs, dtypeOf(out))];

/** ONNX Runtime's Min and Max of int64 compare the lower halves as signed: uint32 must stay what it is. */
export const extremum =
  (op: "Min" | "Max"): Rule =>
  (lowering, { inputs, outBinders: [out] }) => {
    const dtype = dtypeOf(out);
    return [apply(lowering, op, inputs, dtype, { type: dtype === "bool" ? "int32" : dtype })];
  };

/** A function of floats only. */
export const float = arithmetic;

export const erfc: Rule = (lowering, { inputs: [x] }) => {
  const { graph } = lowering;
  const value = graph.arithmetic(lowering.virtual(x));
  const erf = graph.node("Erf", [value], value.shape, value.dtype);
  const complement = graph.node("Sub", [graph.scalar(1, value.dtype), erf], value.shape, value.dtype);
  return [graph.cast(complement, dtypeOf(x))];
};

/** Rounding leaves integers as they are. */
export const rounding =
  (op: string): Rule =>
  (lowering, { inputs: [x] }) => {
    const value = lowering.virtual(x);
    return [isFloat(value.dtype) ? lowering.graph.node(op, [value], value.shape, value.dtype) : value];
  };

/** Division toward zero, of integers and of floats. */
export const idiv: Rule = (lowering, { inputs, outBinders: [out] }) => {
  const { graph } = lowering;
  const dtype = dtypeOf(out);
  if (!isFloat(dtype)) return [apply(lowering, "Div", inputs, dtype)];
  const type = arithmeticType(dtype);
  const quotient = apply(lowering, "Div", inputs, dtype, { result: type });
  const { shape } = quotient;
  const [floor, ceil] = ["Floor", "Ceil"].map((op) => graph.node(op, [quotient], shape, type));
  const isNegative = graph.node("Less", [quotient, graph.scalar(0, type)], shape, "bool");
  return [graph.cast(graph.node("Where", [isNegative, ceil, floor], shape, type), dtype)];
};

/** The remainder with the sign of the numerator (C's fmod, `%` in JavaScript). */
export const mod: Rule = (lowering, { inputs, outBinders: [out] }) => [
  apply(lowering, "Mod", inputs, dtypeOf(out), { attributes: { fmod: 1 } }),
];

/** What jax-js promotes the two operands to; for a comparison the result's dtype (bool) no longer tells. */
function commonType(a: Atom["aval"], b: Atom["aval"]): ElementType {
  if (a.weakType !== b.weakType) return widest(a.weakType ? b.dtype : a.dtype, "uint32");
  return widest(a.dtype, b.dtype);
}
const promotionOrder: string[] = ["bool", "uint32", "int32", "float16", "float32"];
const widest = (a: string, b: string) =>
  promotionOrder[Math.max(promotionOrder.indexOf(a), promotionOrder.indexOf(b))] as ElementType;

const compareOps: Record<string, string> = {
  less: "Less",
  less_equal: "LessOrEqual",
  equal: "Equal",
  not_equal: "Equal",
};

export const compare: Rule = (lowering, { inputs, params }) => {
  const { graph } = lowering;
  const dtype = commonType(inputs[0].aval, inputs[1].aval);
  const result = apply(lowering, compareOps[params.op], inputs, dtype, { result: "bool" });
  return [params.op === "not_equal" ? graph.node("Not", [result], result.shape, "bool") : result];
};

export const where: Rule = (lowering, { inputs: [condition, ...choices], outBinders: [out] }) => {
  const { graph } = lowering;
  const dtype = dtypeOf(out);
  const test = lowering.virtual(condition);
  const [a, b] = choices.map((choice) => graph.arithmetic(lowering.promoted(choice, dtype)));
  const shape = broadcastShapes(test.shape, a.shape, b.shape);
  return [graph.cast(graph.node("Where", [test, a, b], shape, a.dtype), dtype)];
};

/** Floats are cut toward zero; anything but zero becomes true. */
export const cast: Rule = (lowering, { inputs: [x], params }) => {
  const { graph } = lowering;
  const value = lowering.virtual(x);
  if (params.dtype === "uint32" && isFloat(value.dtype)) {
    // WebAssembly converts a negative float to 0, ONNX leaves it undefined; int64 holds all of uint32's range.
    const operands = [graph.arithmetic(value), graph.scalar(0, "float32")];
    const positive = graph.node("Max", operands, value.shape, "float32");
    return [graph.cast(graph.cast(positive, "int64"), "uint32")];
  }
  return [graph.cast(value, params.dtype)];
};

export const identity: Rule = (lowering, { inputs: [x] }) => [lowering.virtual(x)];
