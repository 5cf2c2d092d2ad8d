import type { DType } from "../../core/host-array.ts";
import { bytesOf, type Graph, type Tensor } from "../graph.ts";
import { type Equation, isLiteral, type Traced } from "../trace.ts";
import { dtypeOf, Lowering, type Stage, shapeOf } from "./lowering.ts";
import { loweringTable } from "./table.ts";

/** A primitive for which the lowering table has no rule, or a use of one that its rule does not cover. */
export class UnsupportedPrimitiveError extends Error {
  override readonly name = "UnsupportedPrimitiveError";
}

/** Walks the equations in order, one rule each: the stage's if it has one that fits, else the portable one. */
export function lower(
  traced: Traced,
  createStage?: (lowering: Lowering) => Stage,
): { graph: Graph; outputs: Tensor[] } {
  const lowering = new Lowering();
  lowering.stage = createStage?.(lowering);
  const { graph } = lowering;
  for (const input of traced.inputs) lowering.define(input, graph.input(input.aval.shape, input.aval.dtype as DType));
  for (const { variable, value } of traced.constants)
    lowering.define(variable, graph.initializer(bytesOf(value.data), value.shape, value.dtype));
  for (const equation of live(traced)) {
    if (lowering.stage?.lower(equation)) continue;
    const results = apply(lowering, equation);
    equation.outBinders.forEach((variable, i) => {
      lowering.define(variable, results[i]);
    });
  }
  return { graph, outputs: traced.outputs.map((output) => lowering.dense(output)) };
}

function apply(lowering: Lowering, equation: Equation): Tensor[] {
  const { primitive, inputs, outBinders } = equation;
  const entry = loweringTable[primitive];
  const signature = () => `${primitive}(${inputs.map((x) => `${dtypeOf(x)}[${shapeOf(x)}]`).join(", ")})`;
  const results = typeof entry === "function" ? entry(lowering, equation) : entry;
  if ("unsupported" in results)
    throw new UnsupportedPrimitiveError(`${signature()} cannot be compiled: ${results.unsupported}`);
  outBinders.forEach((out, i) => {
    const { shape, dtype } = results[i] ?? {};
    const fits =
      shape?.length === out.aval.shape.length && shape.every((size, d) => size === out.aval.shape[d] || size === 1);
    if (!fits || dtype !== out.aval.dtype)
      throw new Error(
        `internal: ${signature()} was lowered to ${dtype}[${shape}], expected ${out.aval.dtype}[${out.aval.shape}]`,
      );
  });
  return results;
}

/** Equations that the outputs depend on. */
function live({ equations, outputs }: Traced): Equation[] {
  const needed = new Set(outputs.filter((output) => !isLiteral(output)));
  const kept: Equation[] = [];
  for (const equation of equations.toReversed())
    if (equation.outBinders.some((out) => needed.has(out))) {
      kept.push(equation);
      for (const input of equation.inputs) if (!isLiteral(input)) needed.add(input);
    }
  return kept.reverse();
}
