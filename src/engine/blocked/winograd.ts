import type { Tensor } from "../nodes.ts";
import type { Convolution } from "./direct-convolution.ts";
import { type Layout, NCHWC } from "./layout.ts";

/** With fewer the saved products are not worth the passes over memory. */
const ENOUGH_CHANNELS = 128;

/** Whether `winogradConvolution` can do it, and does it faster. */
export function isWinograd(layout: Layout, { x, filter, strides, padding, dilations }: Convolution): boolean {
  const [, channels, height] = x.shape;
  const plain = [...strides, ...dilations].every((v) => v === 1);
  const same = padding[0][0] === 1 && padding[0][1] === 1;
  const enough = Math.min(channels, filter.shape[0]) >= ENOUGH_CHANNELS;
  return plain && same && filter.shape[2] === 3 && height % 2 === 0 && layout.fills(channels) && enough;
}

/**
 * F(2, 3) of Winograd along the rows (Lavin and Gray 2016, section 4.1, in one dimension): two output rows from four
 * input rows d and three kernel rows g by four convolutions of one kernel row instead of six,
 *
 *     m₀ = (d₀ − d₂) g₀   m₁ = (d₁ + d₂) (g₀ + g₁ + g₂)/2   m₂ = (d₂ − d₁) (g₀ − g₁ + g₂)/2   m₃ = (d₁ − d₃) g₂
 *     y₀ = m₀ + (m₁ + m₂)   y₁ = (m₁ − m₂) − m₃
 *
 * where a convolution adds itself to a sum that is there. Along one axis the error stays that of a plain convolution.
 */
export function winogradConvolution(
  layout: Layout,
  { x, filter, shape, padding }: Convolution,
  convolve: (layout: Layout, convolution: Convolution) => Tensor,
): Tensor {
  const { graph, block } = layout;
  const [n, channels, height, width] = x.shape;
  const [o, i, , kernelWidth] = filter.shape;
  const half = [n, shape[1], height / 2, shape[3]];
  const of = (op: string, a: Tensor, b: Tensor) => graph.node(op, [a, b], a.shape, "float32");

  /** For every pair of rows: `first` · a row + `second` · the one `apart` rows below; the topmost may be the padding. */
  const rows = (first: number, second: number, apart: number, top: number, bottom: number): Tensor => {
    const taps = new Float32Array(2 * channels);
    for (let at = 0; at < taps.length; at += 2 * block) {
      taps.fill(first, at, at + block);
      taps.fill(second, at + block, at + 2 * block);
    }
    const inputs = [x, graph.float32(taps, [channels, 1, 2, 1])];
    return graph.node("Conv", inputs, [n, channels, height / 2, width], "float32", {
      domain: NCHWC,
      attributes: {
        kernel_shape: [2, 1],
        strides: [2, 1],
        pads: [top, 0, bottom, 0],
        dilations: [apart, 1],
        group: channels,
      },
    });
  };

  const blocks = graph.reshape(filter, [(o * i) / block ** 2, 3, kernelWidth * block ** 2]);
  const kernelRow = (at: number) => graph.slice(blocks, [1], [at], [at + 1]);
  const times = (a: Tensor, factor: number) => of("Mul", a, graph.scalar(factor, "float32"));
  const [g0, g1, g2] = [kernelRow(0), kernelRow(1), kernelRow(2)];
  const outer = times(of("Add", g0, g2), 0.5);
  const middle = times(g1, 0.5);

  const convolved = (source: Tensor, kernel: Tensor, sum?: Tensor): Tensor =>
    convolve(layout, {
      x: source,
      filter: graph.reshape(kernel, [o, i, 1, kernelWidth]),
      shape: half,
      strides: [1, 1],
      padding: [[0, 0], padding[1]],
      dilations: [1, 1],
      sum,
    });
  const m1 = convolved(rows(1, 1, 1, 0, 0), of("Add", outer, middle));
  const m2 = convolved(rows(-1, 1, 1, 0, 0), of("Sub", outer, middle));
  const even = convolved(rows(1, -1, 2, 1, 0), g0, of("Add", m1, m2));
  const odd = convolved(rows(-1, 1, 2, 0, 1), g2, of("Sub", m1, m2));

  const rowPairs = [even, odd].map((y) => graph.reshape(y, [(n * shape[1] * height) / 2 / block, 1, shape[3] * block]));
  return graph.reshape(graph.concat(rowPairs, 1), shape);
}
