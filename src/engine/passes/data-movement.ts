import type { Graph } from "../graph.ts";
import type { NodeRewrite, Tensor } from "../nodes.ts";
import type { Pass } from "./pass.ts";

/**
 * A reshape of a reshape is one or none, likewise a transpose of a transpose and a flip of a flip. jax-js's gradients
 * are full of pairs that cancel.
 */
export const dataMovement: Pass = {
  name: "data-movement",
  reason: "reshapes, transposes and flips in a row become one or none: traced gradients undo what they did",
  nodes: (graph) => {
    const rewrites: Record<string, (x: Tensor, ...request: Parameters<NodeRewrite>) => readonly Tensor[]> = {
      Reshape(x, request, next) {
        const { shape } = request.outputs[0];
        const source = graph.producer(x, "Reshape")?.inputs[0] ?? x;
        if (`${source.shape}` === `${shape}`) return [source];
        return next({ ...request, inputs: [source, request.inputs[1]] });
      },
      Transpose(x, request, next) {
        const perm = request.attributes.perm as readonly number[];
        if (perm.every((p, i) => p === i)) return [x];
        const compact = withoutShortAxes(graph, x, perm);
        if (compact) return [compact];
        const before = graph.transposed(x);
        if (before)
          return [
            graph.transpose(
              before.source,
              perm.map((p) => before.perm[p]),
            ),
          ];
        return next(request);
      },
      Slice(x, request, next) {
        const before = request.flips && graph.flipped(x);
        return before && `${before.axes}` === `${request.flips}` ? [before.source] : next(request);
      },
    };
    return (request, next) => {
      const rewrite = request.domain === "" ? rewrites[request.op] : undefined;
      return rewrite ? rewrite(request.inputs[0]!, request, next) : next(request);
    };
  },
};

/** Axes of length 1 hide transposes that cancel, and moving only those moves no data. Undefined if there are none. */
function withoutShortAxes(graph: Graph, x: Tensor, perm: readonly number[]): Tensor | undefined {
  const long = perm.filter((p) => x.shape[p] !== 1);
  if (long.length === perm.length) return undefined;
  const kept = long.toSorted((a, b) => a - b);
  const compact = graph.reshape(
    x,
    kept.map((p) => x.shape[p]),
  );
  const moved = graph.transpose(
    compact,
    long.map((p) => kept.indexOf(p)),
  );
  return graph.reshape(
    moved,
    perm.map((p) => x.shape[p]),
  );
}
