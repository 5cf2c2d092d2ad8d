import { broadcastShapes, type Tensor } from "../graph.ts";
import { dtypeOf, type Lowering, type PartialRule } from "../lower/lowering.ts";
import type { Atom } from "../trace.ts";
import type { Pass } from "./pass.ts";
import { eitherWay, isNumber, operandBeside, operandOf, scaled } from "./pattern.ts";

/** What `atom` is erf(x · √½) + 1 of, and that erf: twice the normal distribution's Φ(x). */
function doubledPhi(lowering: Lowering, atom: Atom): { x: Atom; erf: Atom } | undefined {
  const erf = operandBeside(lowering, atom, "add", (operand) => isNumber(operand, 1));
  const argument = erf && operandOf(lowering, erf, "erf");
  const x = argument && scaled(lowering, argument, Math.SQRT1_2);
  return x && dtypeOf(x) === "float32" ? { x, erf } : undefined;
}

/** Φ(x) from erf(x · √½): half of it plus a half, in one pass, because that lies between 0 and 1. */
function phiOf(lowering: Lowering, erfAtom: Atom): Tensor {
  const erf = lowering.virtual(erfAtom);
  return lowering.graph.node("HardSigmoid", [erf], erf.shape, "float32", {
    attributes: { alpha: { float: 0.5 }, beta: { float: 0.5 } },
  });
}

/** (x · ½) · (erf(x · √½) + 1). */
const forward: PartialRule = (lowering, { inputs }) => {
  const { graph } = lowering;
  for (const [half, rest] of eitherWay(inputs)) {
    const found = doubledPhi(lowering, rest);
    if (!found || scaled(lowering, half, 0.5) !== found.x) continue;
    const x = lowering.virtual(found.x);
    // Where a gradient reads erf too, a second erf in Gelu would cost more than the passes that it saves.
    if (lowering.readers(rest) === 1) return [graph.node("Gelu", [x], x.shape, "float32")];
    return [graph.node("Mul", [x, phiOf(lowering, found.erf)], x.shape, "float32")];
  }
  return undefined;
};

/** (g · (erf(u) + 1)) · ½ + (exp(−u²) · 2/√π · ((x · ½) · g)) · √½ where u = x · √½: g · (Φ(x) + x · φ(x)). */
const gradient: PartialRule = (lowering, { inputs }) => {
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
        return [times(lowering, g, found, bell!)];
      }
    }
  return undefined;
};

/** g · (Φ(x) + x · bell / √(2π)). */
function times(lowering: Lowering, g: Atom, { x, erf }: { x: Atom; erf: Atom }, bell: Atom): Tensor {
  const { graph } = lowering;
  const of = (op: string, a: Tensor, b: Tensor) => graph.node(op, [a, b], broadcastShapes(a.shape, b.shape), "float32");
  const weighted = of("Mul", lowering.virtual(x), lowering.virtual(bell));
  const density = of("Mul", weighted, graph.scalar(1 / Math.sqrt(2 * Math.PI), "float32"));
  return of("Mul", lowering.virtual(g), of("Add", phiOf(lowering, erf), density));
}

export const gelu: Pass = {
  name: "gelu",
  reason: "x·Φ(x) is one Gelu where only its value is wanted; with its gradient 11 passes over memory instead of 15",
  rules: { mul: forward, add: gradient },
};
