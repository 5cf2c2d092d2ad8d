import type { NodeRewrite, Tensor } from "../nodes.ts";
import type { Pass } from "./pass.ts";

/** Factors whose product is computed here must stay far from overflow and from zero, where (x · a) · b ≠ x · (a · b). */
const isModerate = (value: number) => Math.abs(value) > 2 ** -60 && Math.abs(value) < 2 ** 60;

/** Constant factors and signs are computed once, here: x · a · b, −(x · a), x + (−y), x · 1, x + 0. */
export const constants: Pass = {
  name: "constants",
  reason: "constant factors and signs merge: a graph of many small nodes is slowed by each of them",
  nodes: (graph) => {
    /** A node's other input beside a constant, and that constant. */
    const withConstant = ({ inputs: [a, b] }: { inputs: readonly (Tensor | undefined)[] }) => {
      const [left, right] = [graph.constant(a!), graph.constant(b!)];
      if (right !== undefined) return { other: a!, value: right };
      return left === undefined ? undefined : { other: b!, value: left };
    };
    const rewrites: Record<string, (...request: Parameters<NodeRewrite>) => readonly Tensor[] | undefined> = {
      Mul(request) {
        const outer = withConstant(request);
        if (!outer) return undefined;
        const { shape } = request.outputs[0];
        const { other, value } = outer;
        if (`${other.shape}` !== `${shape}`) return undefined;
        const times = (x: Tensor, factor: number) => [
          graph.node("Mul", [x, graph.scalar(factor, "float32")], shape, "float32"),
        ];
        if (value === 1) return [other];
        const negated = graph.producer(other, "Neg");
        if (negated) return times(negated.inputs[0]!, -value);
        const product = graph.producer(other, "Mul");
        const inner = product && withConstant(product);
        if (!inner || ![value, inner.value].every(isModerate)) return undefined;
        return times(inner.other, Math.fround(inner.value * value));
      },
      Add({ inputs: [a, b], outputs: [{ shape }] }) {
        const outer = withConstant({ inputs: [a, b] });
        if (outer?.value === 0 && `${outer.other.shape}` === `${shape}`) return [outer.other];
        for (const [x, y] of [
          [a, b],
          [b, a],
        ]) {
          const negated = graph.producer(y!, "Neg");
          if (negated) return [graph.node("Sub", [x, negated.inputs[0]], shape, "float32")];
        }
        return undefined;
      },
      Neg({ inputs: [x], outputs: [{ shape }] }) {
        const negated = graph.producer(x!, "Neg");
        if (negated) return [negated.inputs[0]!];
        const product = graph.producer(x!, "Mul");
        const inner = product && withConstant(product);
        if (!inner) return undefined;
        return [graph.node("Mul", [inner.other, graph.scalar(-inner.value, "float32")], shape, "float32")];
      },
    };
    return (request, next) => {
      const applies = request.domain === "" && request.outputs[0].dtype === "float32";
      return (applies ? rewrites[request.op]?.(request, next) : undefined) ?? next(request);
    };
  },
};
