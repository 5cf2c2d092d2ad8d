import { arithmeticType, broadcastShapes, type ElementType, type Tensor } from "../graph.ts";
import { dtypeOf, type Lowering, type Rule } from "./lowering.ts";

/** One ONNX operator on broadcast operands, computed in `type` and given back as `result`. */
function apply(lowering: Lowering, op: string, operands: Tensor[], type: ElementType, result: ElementType): Tensor {
  const { graph } = lowering;
  const shape = broadcastShapes(...operands.map((operand) => operand.shape));
  const cast = operands.map((operand) => graph.cast(operand, type));
  const computed = result === "bool" && comparisons.has(op) ? "bool" : type;
  return graph.cast(graph.node(op, cast, shape, computed), result);
}
const comparisons = new Set(["Less", "LessOrEqual", "Equal"]);

/** add, mul, max, …: operands are promoted to the result's dtype, as jax-js does. */
export const arithmetic =
  (op: string): Rule =>
  (lowering, { inputs, outBinders: [out] }) => {
    const dtype = dtypeOf(out);
    return [
      apply(
        lowering,
        op,
        inputs.map((input) => lowering.virtual(input)),
        arithmeticType(dtype),
        dtype,
      ),
    ];
  };

export const neg: Rule = (lowering, { inputs: [x], outBinders: [out] }) => [
  apply(lowering, "Neg", [lowering.virtual(x)], arithmeticType(dtypeOf(out)), dtypeOf(out)),
];

/** A function of floats only. */
export const float = (op: string): Rule => arithmetic(op);

export const erfc: Rule = (lowering, { inputs: [x] }) => {
  const value = lowering.virtual(x);
  const { graph } = lowering;
  const erf = graph.node("Erf", [value], value.shape, value.dtype);
  return [graph.node("Sub", [graph.scalar(1, value.dtype), erf], value.shape, value.dtype)];
};

/** Rounding leaves integers as they are. */
export const rounding =
  (op: string): Rule =>
  (lowering, { inputs: [x] }) => {
    const value = lowering.virtual(x);
    return [value.dtype === "float32" ? lowering.graph.node(op, [value], value.shape, value.dtype) : value];
  };

/** Division toward zero, of integers and of floats. */
export const idiv: Rule = (lowering, { inputs, outBinders: [out] }) => {
  const { graph } = lowering;
  const dtype = dtypeOf(out);
  const quotient = apply(
    lowering,
    "Div",
    inputs.map((input) => lowering.virtual(input)),
    arithmeticType(dtype),
    dtype,
  );
  if (dtype !== "float32") return [quotient];
  const { shape } = quotient;
  const [zero, positive] = [graph.scalar(0, dtype), graph.node("Floor", [quotient], shape, dtype)];
  const negative = graph.node("Ceil", [quotient], shape, dtype);
  return [graph.node("Where", [graph.node("Less", [quotient, zero], shape, "bool"), negative, positive], shape, dtype)];
};

/** The remainder with the sign of the numerator (C's fmod, `%` in JavaScript). */
export const mod: Rule = (lowering, { inputs, outBinders: [out] }) => {
  const { graph } = lowering;
  const dtype = dtypeOf(out);
  const type = arithmeticType(dtype);
  const operands = inputs.map((input) => graph.cast(lowering.virtual(input), type));
  const shape = broadcastShapes(...operands.map((operand) => operand.shape));
  return [graph.cast(graph.node("Mod", operands, shape, type, { attributes: { fmod: 1 } }), dtype)];
};

/** jax-js compares in the promoted type of the operands, which the result's dtype (bool) no longer tells. */
const promotionOrder: ElementType[] = ["bool", "uint32", "int32", "float32"];
const promoted = (a: ElementType, b: ElementType) =>
  promotionOrder[Math.max(promotionOrder.indexOf(a), promotionOrder.indexOf(b))];

const compareOps: Record<string, string> = {
  less: "Less",
  less_equal: "LessOrEqual",
  equal: "Equal",
  not_equal: "Equal",
};

export const compare: Rule = (lowering, { inputs, params }) => {
  const { graph } = lowering;
  const [a, b] = inputs.map((input) => lowering.virtual(input));
  const result = apply(lowering, compareOps[params.op], [a, b], arithmeticType(promoted(a.dtype, b.dtype)), "bool");
  return [params.op === "not_equal" ? graph.node("Not", [result], result.shape, "bool") : result];
};

export const where: Rule = (lowering, { inputs, outBinders: [out] }) => {
  const { graph } = lowering;
  const dtype = dtypeOf(out);
  const [condition, ...choices] = inputs.map((input) => lowering.virtual(input));
  const [a, b] = choices.map((choice) => graph.cast(choice, arithmeticType(dtype)));
  const shape = broadcastShapes(condition.shape, a.shape, b.shape);
  return [graph.cast(graph.node("Where", [condition, a, b], shape, a.dtype), dtype)];
};

/** Floats are cut toward zero; anything but zero becomes true. */
export const cast: Rule = (lowering, { inputs: [x], params }) => {
  const { graph } = lowering;
  const value = lowering.virtual(x);
  // A float beyond int32 has no defined conversion to uint32: go through int64.
  if (params.dtype === "uint32") return [graph.cast(graph.cast(value, "int64"), "uint32")];
  return [graph.cast(value, params.dtype)];
};

export const identity: Rule = (lowering, { inputs: [x] }) => [lowering.virtual(x)];
