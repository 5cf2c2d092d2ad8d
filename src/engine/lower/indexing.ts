import { sizeOf } from "../../core/host-array.ts";
import { arithmeticType, broadcastShapes } from "../element-types.ts";
import type { Tensor } from "../nodes.ts";
import { dtypeOf, type Lowering, type Rule, shapeOf } from "./lowering.ts";

/** Index arrays broadcast against each other and joined to [index shape…, number of axes] int64. */
function indexTuples(
  lowering: Lowering,
  indices: Parameters<Lowering["dense"]>[0][],
): { tuples: Tensor; shape: number[] } {
  const { graph } = lowering;
  const shape = broadcastShapes(...indices.map(shapeOf));
  const columns = indices.map((index) => {
    const value = graph.cast(lowering.dense(index), "int64");
    return graph.reshape(graph.expand(value, shape), [...shape, 1]);
  });
  return { tuples: graph.concat(columns, shape.length), shape };
}

/** Axes `indexed` first, the others after them in order. */
const indexedFirst = (rank: number, indexed: readonly number[]) => [
  ...indexed,
  ...Array.from({ length: rank }, (_, i) => i).filter((i) => !indexed.includes(i)),
];

/** Moves the `count` leading axes behind the `position` axes that follow them. */
const moveLeading = (rank: number, count: number, position: number) => {
  const rest = Array.from({ length: rank - count }, (_, i) => count + i);
  const leading = Array.from({ length: count }, (_, i) => i);
  return [...rest.slice(0, position), ...leading, ...rest.slice(position)];
};

/** NumPy's indexing by integer arrays: `axis` lists the indexed axes, the index shape lands at `outDim`. */
export const gather: Rule = (lowering, { inputs: [x, ...indices], params, outBinders: [out] }) => {
  const { graph } = lowering;
  const { axis, outDim } = params as { axis: number[]; outDim: number };
  const type = arithmeticType(dtypeOf(x));
  const value = graph.cast(lowering.dense(x), type);
  const { tuples, shape } = indexTuples(lowering, indices);
  const rank = value.shape.length;
  const front = graph.transpose(value, indexedFirst(rank, axis));
  const picked = graph.node("GatherND", [front, tuples], [...shape, ...front.shape.slice(axis.length)], type);
  const placed = graph.transpose(picked, moveLeading(picked.shape.length, shape.length, outDim));
  return [graph.cast(graph.reshape(placed, out.aval.shape), dtypeOf(x))];
};

/** The transpose of `gather`: writes (or adds) updates into zeros. */
export const scatter: Rule = (lowering, { inputs: [updates, ...indices], params }) => {
  const { graph } = lowering;
  const { op, shape, axis, outDim } = params as {
    op: "update" | "add";
    shape: number[];
    axis: number[];
    outDim: number;
  };
  const type = arithmeticType(dtypeOf(updates));
  const value = graph.cast(lowering.dense(updates), type);
  const { tuples, shape: indexShape } = indexTuples(lowering, indices);
  const forward = indexedFirst(shape.length, axis);
  const frontShape = forward.map((i) => shape[i]);
  // The index axes stand at outDim: bring them to the front.
  const toFront = moveLeading(value.shape.length, indexShape.length, outDim);
  const front = graph.transpose(value, inverse(toFront));
  const zeros = graph.expand(
    graph.reshape(
      graph.scalar(0, type),
      frontShape.map(() => 1),
    ),
    frontShape,
  );
  const written =
    sizeOf(value.shape) === 0
      ? zeros
      : graph.node("ScatterND", [zeros, tuples, front], frontShape, type, {
          attributes: { reduction: op === "add" ? "add" : "none" },
        });
  return [graph.cast(graph.transpose(written, inverse(forward)), dtypeOf(updates))];
};

const inverse = (perm: readonly number[]) => perm.map((_, i) => perm.indexOf(i));
