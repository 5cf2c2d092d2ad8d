import type { Graph } from "../graph.ts";
import type { Tensor } from "../nodes.ts";
import { type Rule, shapeOf } from "./lowering.ts";
import { positionsOf } from "./positions.ts";

/** x [… , L…] → windows [… , positions…, window…]: one strided view per offset in the window. */
export const pool: Rule = (lowering, { inputs: [x], params, outBinders: [out] }) => {
  const { graph } = lowering;
  const { window, strides } = params as { window: number[]; strides: number[] };
  const windows = windowsOf(graph, graph.arithmetic(lowering.dense(x)), { window, strides, shape: out.aval.shape });
  return [graph.cast(windows, lowering.virtual(x).dtype)];
};

export function windowsOf(
  graph: Graph,
  value: Tensor,
  { window, strides, shape }: Record<"window" | "strides" | "shape", readonly number[]>,
): Tensor {
  const first = value.shape.length - window.length;
  const axes = window.map((_, i) => first + i);
  const counts = shape.slice(first, first + window.length);
  const views = positionsOf(window).map((at) => {
    const ends = at.map((start, i) => start + (counts[i] - 1) * strides[i] + 1);
    const view = graph.slice(value, axes, at, ends, strides);
    return graph.reshape(view, [...view.shape, 1]);
  });
  return graph.reshape(graph.concat(views, first + window.length), shape);
}

/** The transpose of `pool`: adds every window's elements back to where they were read. */
export const poolTranspose: Rule = (lowering, { inputs: [x], params }) => {
  const { graph } = lowering;
  const { inShape, window, strides } = params as { inShape: number[]; window: number[]; strides: number[] };
  const value = graph.arithmetic(lowering.dense(x));
  const first = inShape.length - window.length;
  const counts = shapeOf(x).slice(first, first + window.length);
  if (window.every((side, i) => side === strides[i])) {
    const apart = graph.reshape(value, [...inShape.slice(0, first), ...counts, ...window]);
    return [graph.cast(tiled(graph, apart, first, inShape), lowering.virtual(x).dtype)];
  }
  const offsets = positionsOf(window);
  const flat = graph.reshape(value, [...inShape.slice(0, first), ...counts, offsets.length]);
  const last = flat.shape.length - 1;
  const parts = offsets.map((at, i) => {
    const one = graph.reshape(graph.slice(flat, [last], [i], [i + 1]), flat.shape.slice(0, last));
    return at.reduce(
      (part, start, axis) => spread(graph, part, first + axis, start, strides[axis], inShape[first + axis]),
      one,
    );
  });
  const sum = parts.reduce((a, b) => graph.node("Add", [a, b], a.shape, a.dtype));
  return [graph.cast(sum, lowering.virtual(x).dtype)];
};

/** Windows side by side [… , counts…, window…] → [… , L…], zeros behind the last: a transposition in place of sums. */
function tiled(graph: Graph, windows: Tensor, first: number, inShape: readonly number[]): Tensor {
  const axes = inShape.slice(first).map((_, i) => i);
  const lead = inShape.slice(0, first).map((_, i) => i);
  const order = [...lead, ...axes.flatMap((i) => [first + i, first + axes.length + i])];
  const { shape } = windows;
  const joined = graph.reshape(graph.transpose(windows, order), [
    ...inShape.slice(0, first),
    ...axes.map((i) => shape[first + i] * shape[first + axes.length + i]),
  ]);
  const missing = inShape.map((length, i) => [0, length - joined.shape[i]] as [number, number]);
  return missing.some(([, after]) => after > 0) ? graph.pad(joined, missing) : joined;
}

/** Puts the elements of one axis at start, start + stride, … of an axis of `length` zeros. */
function spread(graph: Graph, x: Tensor, axis: number, start: number, stride: number, length: number): Tensor {
  const { shape } = x;
  const apart = graph.reshape(x, [...shape.slice(0, axis + 1), 1, ...shape.slice(axis + 1)]);
  const widened = graph.pad(
    apart,
    apart.shape.map((_, i) => (i === axis + 1 ? [0, stride - 1] : [0, 0])),
  );
  const long = graph.reshape(widened, shape.with(axis, shape[axis] * stride));
  const surplus = start + shape[axis] * stride - length;
  return graph.pad(
    long,
    long.shape.map((_, i) => (i === axis ? [start, -surplus] : [0, 0])),
  );
}
