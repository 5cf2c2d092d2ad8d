import { sizeOf } from "../../core/host-array.ts";
import type { Graph } from "../graph.ts";
import type { Tensor } from "../nodes.ts";
import { dtypeOf, type Rule } from "./lowering.ts";

/** jax-js's parameters of one convolution, per spatial axis; a gradient is a convolution too. */
export interface ConvolutionParams {
  readonly vmapDims: number;
  readonly strides: readonly number[];
  readonly padding: readonly (readonly [number, number])[];
  readonly lhsDilation: readonly number[];
  readonly rhsDilation: readonly number[];
}

/** x [N, C, …] and w [O, C, …] → [N, O, …], possibly batched by leading vmap axes. */
export const conv: Rule = (lowering, { inputs, params, outBinders: [out] }) => {
  const { graph } = lowering;
  const p = params as unknown as ConvolutionParams;
  const [x, w] = inputs.map((input) => graph.cast(lowering.dense(input), "float32"));
  const shape = out.aval.shape;
  const result =
    p.vmapDims > 0 ? batched(graph, x, w, shape, p) : direct(graph, undilated(graph, x, p), w, shape, p, 1);
  return [graph.cast(result, dtypeOf(out))];
};

/** Leading vmap axes become groups of one grouped convolution: x [N, V·C, …], w [V·O, C, …] → [N, V·O, …]. */
function batched(graph: Graph, x: Tensor, w: Tensor, shape: readonly number[], p: ConvolutionParams): Tensor {
  const v = p.vmapDims;
  const lead = shape.slice(0, v);
  const groups = sizeOf(lead);
  const [n, o] = shape.slice(v);
  const spatial = x.shape.slice(v + 2);
  const flatX = graph.reshape(graph.expand(x, [...lead, ...x.shape.slice(v)]), [groups, ...x.shape.slice(v)]);
  const flatW = graph.reshape(graph.expand(w, [...lead, ...w.shape.slice(v)]), [groups, ...w.shape.slice(v)]);
  const channels = x.shape[v + 1];
  const merged = graph.reshape(
    graph.transpose(
      flatX,
      [1, 0, ...flatX.shape.keys()].filter((a, i) => i < 2 || a > 1),
    ),
    [n, groups * channels, ...spatial],
  );
  const filters = graph.reshape(flatW, [groups * o, channels, ...w.shape.slice(v + 2)]);
  const y = direct(graph, undilated(graph, merged, p), filters, [n, groups * o, ...shape.slice(v + 2)], p, groups);
  const split = graph.reshape(y, [n, groups, o, ...shape.slice(v + 2)]);
  return graph.reshape(
    graph.transpose(
      split,
      [1, 0, ...split.shape.keys()].filter((a, i) => i < 2 || a > 1),
    ),
    shape,
  );
}

/** ONNX Conv, after cropping where a padding is negative. The input must not be dilated any more. */
function direct(
  graph: Graph,
  x: Tensor,
  w: Tensor,
  shape: readonly number[],
  p: ConvolutionParams,
  group: number,
): Tensor {
  const crop = p.padding.map(([before, after]) => [Math.min(0, before), Math.min(0, after)] as [number, number]);
  const cropped = graph.pad(x, [[0, 0], [0, 0], ...crop]);
  const pads = p.padding.map((pair) => pair.map((amount) => Math.max(0, amount)));
  return graph.node("Conv", [cropped, w], shape, x.dtype, {
    attributes: {
      kernel_shape: w.shape.slice(2),
      strides: p.strides,
      // ONNX pads are [begin…, end…]; jax-js pairs are per axis.
      pads: [...pads.map((pair) => pair[0]), ...pads.map((pair) => pair[1])],
      dilations: p.rhsDilation,
      group,
    },
  });
}

/** Writes the zeros of `lhsDilation` out: every axis [L] → [L, 1] → zeros to [L, d] → [L·d] → the last d − 1 cut off. */
function undilated(graph: Graph, x: Tensor, p: ConvolutionParams): Tensor {
  return p.lhsDilation.reduce((value, d, i) => {
    if (d === 1) return value;
    const axis = i + 2;
    const { shape } = value;
    const apart = graph.reshape(value, [...shape.slice(0, axis + 1), 1, ...shape.slice(axis + 1)]);
    const spread = graph.pad(
      apart,
      apart.shape.map((_, j) => (j === axis + 1 ? [0, d - 1] : [0, 0])),
    );
    const long = graph.reshape(spread, shape.with(axis, shape[axis] * d));
    return graph.slice(long, [axis], [0], [(shape[axis] - 1) * d + 1]);
  }, x);
}
