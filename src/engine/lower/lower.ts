import type { DType } from "../../core/host-array.ts";
import { bytesOf } from "../element-types.ts";
import { Graph } from "../graph.ts";
import type { Tensor } from "../nodes.ts";
import type { Equation, Traced } from "../trace.ts";
import { dtypeOf, Lowering, type PartialRules, type Stage, shapeOf } from "./lowering.ts";
import { loweringTable } from "./table.ts";

/**
 * A primitive for which the lowering table has no rule, or a use of one that its rule does not cover.
 * @example
 * import { lax, type numpy as np } from "@jax-js/jax";
 * try {
 *   await compile((x: np.Array) => lax.linalg.cholesky(x), [new ArraySpec([500, 500])]);
 * } catch (error) {
 *   if (error instanceof UnsupportedPrimitiveError) console.error(error.message); // why, and what to do instead
 * }
 */
export class UnsupportedPrimitiveError extends Error {
  override readonly name = "UnsupportedPrimitiveError";
}

/** What stands before the lowering table. */
export interface LowerOptions {
  /** Ways to lower some of a primitive's equations better, asked in order. */
  readonly rules?: readonly PartialRules[];
  /** Rewrites of the graph's nodes as they are made. */
  readonly rewrites?: ConstructorParameters<typeof Graph>[0];
  /** A back-end that is asked before all rules. */
  readonly createStage?: (lowering: Lowering) => Stage;
}

/** Walks the equations in order, one rule each: the stage's or a pass's if one fits, else the lowering table's. */
export function lower(
  traced: Traced,
  { rules = [], rewrites, createStage }: LowerOptions = {},
): { graph: Graph; outputs: Tensor[] } {
  const graph = new Graph(rewrites);
  const lowering = new Lowering(graph, traced);
  lowering.stage = createStage?.(lowering);
  for (const input of traced.inputs) lowering.define(input, graph.input(input.aval.shape, input.aval.dtype as DType));
  for (const { variable, value } of traced.constants)
    lowering.define(variable, graph.initializer(bytesOf(value.data), value.shape, value.dtype));
  for (const equation of traced.equations) {
    if (lowering.stage?.lower(equation)) continue;
    const results = apply(lowering, equation, rules);
    equation.outBinders.forEach((variable, i) => {
      lowering.define(variable, results[i]);
    });
  }
  return { graph, outputs: traced.outputs.map((output) => lowering.dense(output)) };
}

function apply(lowering: Lowering, equation: Equation, rules: readonly PartialRules[]): Tensor[] {
  const { primitive, inputs, outBinders } = equation;
  const entry = loweringTable[primitive];
  const signature = () => `${primitive}(${inputs.map((x) => `${dtypeOf(x)}[${shapeOf(x)}]`).join(", ")})`;
  const general = () => (typeof entry === "function" ? entry(lowering, equation) : entry);
  const results = better(lowering, equation, rules) ?? general();
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

function better(lowering: Lowering, equation: Equation, rules: readonly PartialRules[]): Tensor[] | undefined {
  for (const table of rules) {
    const results = table[equation.primitive]?.(lowering, equation);
    if (results) return results;
  }
  return undefined;
}
