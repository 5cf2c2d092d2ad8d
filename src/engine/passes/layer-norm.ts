import { dtypeOf, type Lowering, type PartialRule, shapeOf } from "../lower/lowering.ts";
import { type Atom, isLiteral } from "../trace.ts";
import type { Pass } from "./pass.ts";
import { eitherWay, operandBeside, operandOf, scaled } from "./pattern.ts";

/** Where `atom` is the mean over the last axis, kept with length 1, of something: that. */
function rowMeanOf(lowering: Lowering, atom: Atom): Atom | undefined {
  const sum = scaled(lowering, atom, 1 / rowLength(lowering, atom));
  const reduced = sum && lowering.producer(operandOf(lowering, sum, "reshape") ?? sum, "reduce");
  const [x] = reduced?.inputs ?? [];
  if (!reduced || x === undefined) return undefined;
  const rank = shapeOf(x).length;
  const kept = `${shapeOf(sum)}` === `${[...shapeOf(x).slice(0, -1), 1]}`;
  return reduced.params.op === "Add" && `${reduced.params.axis}` === `${rank - 1}` && kept ? x : undefined;
}

/** Length of the rows whose sum `atom` holds, scaled. */
function rowLength(lowering: Lowering, atom: Atom): number {
  const sum = operandBeside(lowering, atom, "mul", isLiteral);
  const reduced = sum && lowering.producer(operandOf(lowering, sum, "reshape") ?? sum, "reduce");
  return reduced ? (shapeOf(reduced.inputs[0]).at(-1) ?? 1) : 1;
}

/** Where `atom` is centred · 1/√(mean(centred²) + ε) with centred = x − mean(x), over the last axis: its parts. */
function normalised(lowering: Lowering, atom: Atom): { x: Atom; epsilon: number } | undefined {
  for (const [centred, inverse] of eitherWay(lowering.producer(atom, "mul")?.inputs)) {
    const root = operandOf(lowering, inverse, "reciprocal");
    const shifted = root && operandOf(lowering, root, "sqrt");
    const variance = shifted && operandBeside(lowering, shifted, "add", isLiteral);
    const square = variance && rowMeanOf(lowering, variance);
    const [a, b] = (square && lowering.producer(square, "mul")?.inputs) ?? [];
    const x = operandBeside(lowering, centred, "add", (operand) => operandOf(lowering, operand, "neg") !== undefined);
    if (!x || a !== centred || b !== centred) continue;
    const minusMean = lowering.producer(centred, "add")!.inputs.find((operand) => operand !== x)!;
    if (rowMeanOf(lowering, operandOf(lowering, minusMean, "neg")!) !== x) continue;
    const epsilon = lowering.producer(shifted!, "add")!.inputs.find(isLiteral)!.value;
    return { x, epsilon };
  }
  return undefined;
}

/** normalised · weight + bias with a weight and a bias per column, where nothing else reads the parts. */
const forward: PartialRule = (lowering, { inputs, outBinders: [out] }) => {
  const isRow = (atom: Atom) => !isLiteral(atom) && `${shapeOf(atom)}` === `${shapeOf(out).slice(-1)}`;
  for (const [product, bias] of eitherWay(inputs)) {
    const [weight, normal] =
      eitherWay(lowering.producer(product, "mul")?.inputs).find(([weight]) => isRow(weight)) ?? [];
    if (!weight || !normal || !isRow(bias) || dtypeOf(out) !== "float32") continue;
    const parts = normalised(lowering, normal);
    if (!parts || lowering.readers(product) > 1 || lowering.readers(normal) > 1) continue;
    const operands = [parts.x, weight, bias].map((operand) => lowering.dense(operand));
    const attributes = { axis: -1, epsilon: { float: parts.epsilon } };
    return [lowering.graph.node("LayerNormalization", operands, shapeOf(out), "float32", { attributes })];
  }
  return undefined;
};

export const layerNorm: Pass = {
  name: "layer-norm",
  reason: "a LayerNorm whose gradient is not wanted is one LayerNormalization",
  rules: { add: forward },
};
