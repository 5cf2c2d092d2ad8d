import { FLIPPED_FOR_MEAN } from "../../core/internal.ts";
import type { PartialRules } from "../lower/lowering.ts";
import type { Node } from "../nodes.ts";
import type { Atom, Equation, Traced, Variable } from "../trace.ts";

/** Whether the equation stands for a mean over ranks. */
const isMarker = ({ primitive, inputs: [x], params }: Equation): boolean => {
  if (primitive !== "flip") return false;
  const axes = params.axis as number[];
  return axes.length === FLIPPED_FOR_MEAN && axes.every((axis) => x.aval.shape[axis] === 1);
};

/** Operators of this domain are no ONNX: programs are cut at them. */
const DOMAIN = "anchored.ranks";

export const isMean = ({ domain }: Pick<Node, "domain">): boolean => domain === DOMAIN;

/** A mean over ranks as a node of the graph, which sections are cut at. */
export const meanRules: PartialRules = {
  flip(lowering, equation) {
    if (!isMarker(equation)) return undefined;
    const value = lowering.virtual(equation.inputs[0]);
    return [lowering.graph.node("MeanOverRanks", [value], value.shape, value.dtype, { domain: DOMAIN })];
  },
};

/** The program of one rank alone: exactly what is traced where nobody asks for means over ranks. */
export function withoutMeans(traced: Traced): Traced {
  if (!traced.equations.some(isMarker)) return traced;
  /** What stands in place of the results of markers, and of the reshapes around them. */
  const replacements = new Map<Atom, Atom>();
  const replaced = (atom: Atom) => replacements.get(atom) ?? atom;
  const madeBy = new Map<Atom, Equation>(
    traced.equations.flatMap((equation) => equation.outBinders.map((out): [Variable, Equation] => [out, equation])),
  );
  const marked = new Set<Atom>();
  const equations: Equation[] = [];
  for (const equation of traced.equations) {
    const [out] = equation.outBinders;
    const [x] = equation.inputs;
    if (isMarker(equation)) {
      marked.add(out);
      replacements.set(out, replaced(x));
      continue;
    }
    const before = marked.has(x) && equation.primitive === "reshape" ? madeBy.get(replaced(x)) : undefined;
    if (before?.primitive === "reshape" && `${before.inputs[0].aval.shape}` === `${out.aval.shape}`) {
      replacements.set(out, replaced(before.inputs[0]));
      continue;
    }
    const inputs = equation.inputs.map(replaced);
    // Its class has methods, which nothing here calls.
    equations.push({ ...equation, inputs } as Equation);
  }
  const outputs = traced.outputs.map(replaced);
  const read = new Set<Atom>([...equations.flatMap(({ inputs }) => inputs), ...outputs]);
  const forMarkers = new Set<Atom>([...marked].map((atom) => replaced(atom)));
  return {
    ...traced,
    equations: equations.filter(({ outBinders: [out] }) => read.has(out) || !forMarkers.has(out)),
    outputs,
  };
}
