import { sizeOf } from "../../core/host-array.ts";
import { arithmeticType } from "../element-types.ts";
import type { Tensor } from "../nodes.ts";
import { dtypeOf, type Lowering, type Rule, shapeOf } from "./lowering.ts";

export const broadcast: Rule = (lowering, { inputs: [x], params }) => {
  const { shape, axis } = params as { shape: number[]; axis: number[] };
  const value = lowering.dense(x);
  let next = 0;
  const aligned = shape.map((_, i) => (axis.includes(i) ? 1 : value.shape[next++]));
  return [lowering.graph.expand(lowering.graph.reshape(value, aligned), shape)];
};

/**
 * Splits both shapes into groups of axes with equal products, e.g. [2,6,5] → [2,2,3,5]: ([2],[2]) ([6],[2,3]) ([5],[5]).
 */
function matchingGroups(from: readonly number[], to: readonly number[]): { from: number[]; to: number[] }[] {
  const groups: { from: number[]; to: number[] }[] = [];
  for (let i = 0, j = 0; i < from.length || j < to.length; ) {
    const group = { from: [] as number[], to: [] as number[] };
    let [a, b] = [1, 1];
    do {
      if (i < from.length && (a <= b || j >= to.length)) {
        group.from.push(i);
        a *= from[i++];
      } else {
        group.to.push(j);
        b *= to[j++];
      }
    } while (a !== b);
    groups.push(group);
  }
  return groups;
}

/** A reshape keeps an axis group virtual if all of its longer axes are; a half-virtual group is written out. */
export const reshape: Rule = (lowering, { inputs: [x], outBinders: [out] }) => {
  const { graph } = lowering;
  const value = lowering.virtual(x);
  const [from, to] = [shapeOf(x), shapeOf(out)];
  if (sizeOf(from) === 0) return [graph.reshape(lowering.dense(x), to)];
  const stored = [...value.shape];
  const result = [...to];
  for (const group of matchingGroups(from, to)) {
    const long = group.from.filter((i) => from[i] > 1);
    if (long.length > 0 && long.every((i) => value.shape[i] === 1)) for (const j of group.to) result[j] = 1;
    else for (const i of group.from) stored[i] = from[i];
  }
  return [graph.reshape(graph.expand(value, stored), result)];
};

export const transpose: Rule = (lowering, { inputs: [x], params }) => [
  lowering.graph.transpose(lowering.virtual(x), params.perm),
];

export const flip: Rule = (lowering, { inputs: [x], params }) => [
  lowering.graph.flip(lowering.virtual(x), params.axis),
];

export const shrink: Rule = (lowering, { inputs: [x], params }) => {
  const value = lowering.virtual(x);
  const shape = shapeOf(x);
  const ranges = params.slice as [number, number][];
  const axes = ranges.map((_, i) => i).filter((i) => ranges[i][1] - ranges[i][0] !== shape[i]);
  const empty = axes.some((i) => ranges[i][0] === ranges[i][1]);
  const real = axes.filter((i) => empty || value.shape[i] !== 1);
  return [
    lowering.graph.slice(
      empty ? lowering.dense(x) : value,
      real,
      real.map((i) => ranges[i][0]),
      real.map((i) => ranges[i][1]),
    ),
  ];
};

export const pad: Rule = (lowering, { inputs: [x], params }) => {
  const { graph } = lowering;
  const widths = params.width as [number, number][];
  const value = lowering.virtual(x);
  const shape = shapeOf(x);
  // Padded axes are written out; the others may stay virtual.
  const stored = value.shape.map((size, i) => (widths[i][0] || widths[i][1] ? shape[i] : size));
  return [graph.pad(graph.expand(value, stored), widths)];
};

export const concatenate: Rule = (lowering, { inputs, params, outBinders: [out] }) => {
  const { graph } = lowering;
  const type = arithmeticType(dtypeOf(out));
  return [
    graph.cast(
      graph.concat(
        inputs.map((x) => graph.cast(lowering.dense(x), type)),
        params.axis,
      ),
      dtypeOf(out),
    ),
  ];
};

export const split: Rule = (lowering, { inputs: [x], params }) => {
  const { axis, sizes } = params as { axis: number; sizes: number[] };
  const value = lowering.virtual(x);
  let start = 0;
  return sizes.map((size) => {
    const part = value.shape[axis] === 1 && size > 0 ? value : sliceOf(lowering, x, axis, start, start + size);
    start += size;
    return part;
  });
};

function sliceOf(
  lowering: Lowering,
  x: Parameters<Lowering["dense"]>[0],
  axis: number,
  start: number,
  end: number,
): Tensor {
  return lowering.graph.slice(lowering.dense(x), [axis], [start], [end]);
}
