import type { Node, Tensor } from "../nodes.ts";
import { type Equation, isLiteral, type Traced } from "../trace.ts";
import type { Pass } from "./pass.ts";

/** Nobody reads it: equations that were traced and not used, and nodes whose readers were rewritten. */
export const deadCode: Pass = {
  name: "dead-code",
  reason: "what no output depends on is not computed: unused results, and the windows of a max-pool",

  equations(traced: Traced): Traced {
    const needed = new Set(traced.outputs.filter((output) => !isLiteral(output)));
    const kept: Equation[] = [];
    for (const equation of traced.equations.toReversed())
      if (equation.outBinders.some((out) => needed.has(out))) {
        kept.push(equation);
        for (const input of equation.inputs) if (!isLiteral(input)) needed.add(input);
      }
    return { ...traced, equations: kept.reverse() };
  },

  finished(nodes: readonly Node[], outputs: readonly Tensor[]): readonly Node[] {
    const needed = new Set(outputs.map(({ name }) => name));
    const kept: Node[] = [];
    for (const node of nodes.toReversed())
      if (node.outputs.some(({ name }) => needed.has(name))) {
        kept.push(node);
        for (const input of node.inputs) if (input) needed.add(input.name);
      }
    return kept.reverse();
  },
};
