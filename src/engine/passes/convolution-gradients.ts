import { sizeOf } from "../../core/host-array.ts";
import type { Graph } from "../graph.ts";
import type { ConvolutionParams } from "../lower/convolution.ts";
import { dtypeOf, shapeOf } from "../lower/lowering.ts";
import { positionsOf } from "../lower/positions.ts";
import type { Tensor } from "../nodes.ts";
import type { Pass } from "./pass.ts";

/**
 * jax-js traces both gradients of a convolution as convolutions: the one by the input of a strided convolution has a
 * dilated input, the one by the weights a kernel as large as the image. Each has a better form, chosen by its shape.
 */
export const convolutionGradients: Pass = {
  name: "convolution-gradients",
  reason: "a dilated input becomes a ConvTranspose, a kernel as large as the image one MatMul over strided views",
  rules: {
    conv(lowering, { inputs, params, outBinders: [out] }) {
      const p = params as unknown as ConvolutionParams;
      const shape = shapeOf(out);
      const dilated = p.lhsDilation.some((d) => d !== 1);
      const isWeightGradient = !dilated && sizeOf(shapeOf(inputs[1]).slice(2)) > sizeOf(shape.slice(2));
      if (p.vmapDims > 0 || !(dilated || isWeightGradient)) return undefined;
      const { graph } = lowering;
      const [x, w] = inputs.map((input) => graph.cast(lowering.dense(input), "float32"));
      const result = dilated ? byTransposedConvolution(graph, x, w, shape, p) : byTaps(graph, x, w, shape, p);
      return result && [graph.cast(result, dtypeOf(out))];
    },
  },
};

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
