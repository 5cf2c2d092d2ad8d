import { sizeOf } from "../../core/host-array.ts";
import type { Graph, Tensor } from "../graph.ts";
import { dtypeOf, type Rule } from "./lowering.ts";
import { positionsOf } from "./positions.ts";

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
  const result = p.vmapDims > 0 ? batched(graph, x, w, shape, p) : single(graph, x, w, shape, p);
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

function single(graph: Graph, x: Tensor, w: Tensor, shape: readonly number[], p: ConvolutionParams): Tensor {
  const kernel = w.shape.slice(2);
  const undilatedInput = p.lhsDilation.every((d) => d === 1);
  // A weight gradient is a convolution whose kernel is the size of an image and whose output is the size of a filter.
  if (undilatedInput && sizeOf(kernel) > sizeOf(shape.slice(2))) return byTaps(graph, x, w, shape, p);
  if (!undilatedInput) {
    const transposed = byTransposedConvolution(graph, x, w, shape, p);
    if (transposed) return transposed;
  }
  return direct(graph, undilated(graph, x, p), w, shape, p, 1);
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

/**
 * The input gradient of a strided convolution has a dilated input, which ONNX's Conv lacks and ConvTranspose has. Its
 * weights are the forward ones: the flip and the transpose made here cancel those of the traced gradient.
 * Undefined where ConvTranspose cannot express the paddings.
 */
function byTransposedConvolution(
  graph: Graph,
  x: Tensor,
  w: Tensor,
  shape: readonly number[],
  p: ConvolutionParams,
): Tensor | undefined {
  if (p.strides.some((s) => s !== 1)) return undefined;
  const reach = w.shape.slice(2).map((k, i) => (k - 1) * p.rhsDilation[i]);
  const begin = reach.map((r, i) => r - p.padding[i][0]);
  const end = reach.map((r, i) => r - p.padding[i][1]);
  const outputPadding = end.map((e) => Math.max(0, -e));
  const tooFar = outputPadding.some((extra, i) => extra >= p.lhsDilation[i]);
  if (tooFar || begin.some((b) => b < 0)) return undefined;
  const spatial = reach.map((_, i) => i + 2);
  const forward = graph.transpose(graph.flip(w, spatial), [1, 0, ...spatial]);
  return graph.node("ConvTranspose", [x, forward], shape, x.dtype, {
    attributes: {
      kernel_shape: w.shape.slice(2),
      strides: p.lhsDilation,
      pads: [...begin, ...end.map((e) => Math.max(0, e))],
      dilations: p.rhsDilation,
      output_padding: outputPadding,
      group: 1,
    },
  });
}

/**
 * Few outputs, large kernel (a weight gradient, x [C, N, H, W], w = [O, N, Ho, Wo]): one strided view of x per output
 * position, all of them against w in one MatMul per reduced channel (= image), summed over those.
 */
function byTaps(graph: Graph, x: Tensor, w: Tensor, shape: readonly number[], p: ConvolutionParams): Tensor {
  const [b, channels] = x.shape;
  const o = w.shape[0];
  const kernel = w.shape.slice(2);
  const output = shape.slice(2);
  const rank = kernel.length;
  const spatial = kernel.map((_, i) => i + 2);
  // The gradient's transposes cancel: the reduced channel is the image and comes first.
  const images = graph.pad(graph.transpose(x, [1, 0, ...spatial]), [[0, 0], [0, 0], ...p.padding]);
  const positions = positionsOf(output);
  const taps = positions.map((at) => {
    const starts = at.map((i, axis) => i * p.strides[axis]);
    const ends = starts.map((start, axis) => start + (kernel[axis] - 1) * p.rhsDilation[axis] + 1);
    return graph.slice(images, spatial, starts, ends, [...p.rhsDilation]);
  });
  const pixels = sizeOf(kernel);
  const columns = graph.reshape(graph.concat(taps, 1), [channels, positions.length * b, pixels]);
  const filters = graph.transpose(
    graph.reshape(graph.transpose(w, [1, 0, ...spatial]), [channels, o, pixels]),
    [0, 2, 1],
  );
  const products = graph.sum(graph.matmul(columns, filters), [0]);
  const grid = graph.reshape(products, [...output, b, o]);
  return graph.transpose(grid, [rank, rank + 1, ...output.keys()]);
}
