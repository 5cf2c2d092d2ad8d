import { type BlockedRule, tensorValue } from "../blocked/stage.ts";
import { broadcastShapes } from "../element-types.ts";
import type { Graph } from "../graph.ts";
import { dtypeOf, type Lowering, type PartialRule } from "../lower/lowering.ts";
import type { Tensor } from "../nodes.ts";
import type { Atom, Equation } from "../trace.ts";
import type { Pass } from "./pass.ts";
import { eitherWay, isNumber, operandBeside, operandOf, scaled } from "./pattern.ts";

/** What `atom` is erf(x · √½) + 1 of, and that erf: twice the normal distribution's Φ(x). */
function doubledPhi(lowering: Lowering, atom: Atom): { x: Atom; erf: Atom } | undefined {
  const erf = operandBeside(lowering, atom, "add", (operand) => isNumber(operand, 1));
  const argument = erf && operandOf(lowering, erf, "erf");
  const x = argument && scaled(lowering, argument, Math.SQRT1_2);
  return x && dtypeOf(x) === "float32" ? { x, erf } : undefined;
}

/** An operand as the tensor to compute with; undefined where it does not lie as the others do. */
type Read = (atom: Atom) => Tensor | undefined;

/** Φ(x) from erf(x · √½): half of it plus a half, in one pass, because that lies between 0 and 1. */
const phiOf = (graph: Graph, erf: Tensor): Tensor =>
  graph.node("HardSigmoid", [erf], erf.shape, "float32", {
    attributes: { alpha: { float: 0.5 }, beta: { float: 0.5 } },
  });

const product = (graph: Graph, ...factors: Tensor[]): Tensor =>
  factors.reduce((a, b) => graph.node("Mul", [a, b], broadcastShapes(a.shape, b.shape), "float32"));

/** (x · ½) · (erf(x · √½) + 1). */
function forward(lowering: Lowering, { inputs }: Equation, read: Read): Tensor | undefined {
  const { graph } = lowering;
  for (const [half, rest] of eitherWay(inputs)) {
    const found = doubledPhi(lowering, rest);
    if (!found || scaled(lowering, half, 0.5) !== found.x) continue;
    const x = read(found.x);
    if (!x) return undefined;
    // Where a gradient reads erf too, a second erf in Gelu would cost more than the passes that it saves.
    if (lowering.readers(rest) === 1) return graph.node("Gelu", [x], x.shape, "float32");
    const erf = read(found.erf);
    return erf && product(graph, x, phiOf(graph, erf));
  }
  return undefined;
}

/** (g · (erf(u) + 1)) · ½ + (exp(−u²) · 2/√π · ((x · ½) · g)) · √½ where u = x · √½: g · (Φ(x) + x · φ(x)). */
function gradient(lowering: Lowering, { inputs }: Equation, read: Read): Tensor | undefined {
  const factors = (atom: Atom | undefined) => eitherWay(atom && lowering.producer(atom, "mul")?.inputs);
  for (const [byPhi, byDensity] of eitherWay(inputs))
    for (const [g, rest] of factors(scaled(lowering, byPhi, 0.5))) {
      const found = doubledPhi(lowering, rest);
      if (!found) continue;
      for (const [slope, halfG] of factors(scaled(lowering, byDensity, Math.SQRT1_2))) {
        const half = operandBeside(lowering, halfG, "mul", (operand) => operand === g);
        const bell = scaled(lowering, slope, 2 / Math.sqrt(Math.PI));
        const negated = bell && operandOf(lowering, bell, "exp");
        const square = negated && operandOf(lowering, negated, "neg");
        const [u, v] = (square && lowering.producer(square, "mul")?.inputs) ?? [];
        const fits = u !== undefined && u === v && scaled(lowering, u, Math.SQRT1_2) === found.x;
        if (!fits || !half || scaled(lowering, half, 0.5) !== found.x) continue;
        const [x, erf, density, slopeOf] = [found.x, found.erf, bell!, g].map(read);
        return x && erf && density && slopeOf && times(lowering.graph, slopeOf, { x, erf }, density);
      }
    }
  return undefined;
}

/** g · (Φ(x) + x · bell / √(2π)). */
function times(graph: Graph, g: Tensor, { x, erf }: { x: Tensor; erf: Tensor }, bell: Tensor): Tensor {
  const density = product(graph, x, bell, graph.scalar(1 / Math.sqrt(2 * Math.PI), "float32"));
  const phi = phiOf(graph, erf);
  const sum = graph.node("Add", [phi, density], broadcastShapes(phi.shape, density.shape), "float32");
  return product(graph, g, sum);
}

type Matched = typeof forward;

const plainRule =
  (matched: Matched): PartialRule =>
  (lowering, equation) => {
    const found = matched(lowering, equation, (atom) => lowering.virtual(atom));
    return found && [found];
  };

/** Where x, which is read first, lies in blocks; a gradient that doesn't is brought there. */
const blockedRule =
  (matched: Matched): BlockedRule =>
  (stage, equation) => {
    let held = false;
    const found = matched(stage.lowering, equation, (atom) => {
      if (held) stage.adopt(atom);
      const tensor = stage.written(atom);
      held ||= tensor !== undefined;
      return tensor;
    });
    return found && tensorValue(found);
  };

export const gelu: Pass = {
  name: "gelu",
  reason: "x·Φ(x) is one Gelu where only its value is wanted; with its gradient 11 passes over memory instead of 15",
  blockedRules: { mul: blockedRule(forward), add: blockedRule(gradient) },
  rules: { mul: plainRule(forward), add: plainRule(gradient) },
};
