import type { ConvolutionParams } from "../lower/convolution.ts";
import type { Tensor } from "../nodes.ts";
import { type Convolution, directConvolution } from "./direct-convolution.ts";
import type { Layout } from "./layout.ts";
import { isNarrow, narrowConvolution } from "./narrow-convolution.ts";
import { isWinograd, winogradConvolution } from "./winograd.ts";

/**
 * x [N, C, H, W] (blocked, or plain where C is less than a block) convolved with w [O, C, kh, kw] (plain) → blocked
 * [N, O, …]. Undefined where the blocked operator cannot do it.
 */
export function blockedConvolution(
  layout: Layout,
  x: Tensor,
  w: Tensor,
  shape: readonly number[],
  p: ConvolutionParams,
): Tensor | undefined {
  if (p.lhsDilation.some((d) => d !== 1)) return phases(layout, x, w, shape, p);
  if (p.padding.flat().some((pad) => pad < 0)) return undefined;
  const { strides, padding, rhsDilation: dilations } = p;
  return convolve(layout, { x, filter: layout.filter(w), shape, strides, padding, dilations });
}

/** By the fastest way that can do it. */
function convolve(layout: Layout, c: Convolution): Tensor {
  if (isWinograd(layout, c)) return winogradConvolution(layout, c, convolve);
  if (isNarrow(layout, c)) return narrowConvolution(layout, c);
  return directConvolution(layout, c);
}

/** One residue class of output positions along one axis: which taps of the kernel meet input there, and how. */
interface Phase {
  readonly size: number;
  /** First tap; further ones follow at the dilation's distance. */
  readonly tap: number;
  readonly taps: number;
  readonly padding: readonly [number, number];
}

/**
 * Output y of a convolution over an input dilated by s reads x at (y + k − pad)/s for the taps k where that is whole:
 * for each residue of y that is an ordinary small convolution over the undilated input.
 */
function phasesOfAxis(s: number, kernel: number, before: number, input: number, output: number): Phase[] | undefined {
  const list: Phase[] = [];
  for (let residue = 0; residue < s; residue++) {
    const size = Math.ceil((output - residue) / s);
    const tap = (((before - residue) % s) + s) % s;
    const taps = Math.max(0, Math.ceil((kernel - tap) / s));
    const first = (residue + tap - before) / s;
    const padding = [-first, size - 1 + first + taps - input] as const;
    if (taps > 0 && padding.some((pad) => pad < 0)) return undefined;
    list.push({ size, tap, taps, padding });
  }
  return list;
}

/** The input gradient of a strided convolution: one convolution per phase, interleaved. */
function phases(
  layout: Layout,
  x: Tensor,
  w: Tensor,
  shape: readonly number[],
  p: ConvolutionParams,
): Tensor | undefined {
  const { graph, block } = layout;
  const [n, o, height, width] = shape;
  const [sy, sx] = p.lhsDilation;
  if ([...p.strides, ...p.rhsDilation].some((v) => v !== 1) || height % sy || width % sx) return undefined;
  if (!layout.fills(w.shape[1])) return undefined;
  const [rows, columns] = [0, 1].map((axis) =>
    phasesOfAxis(p.lhsDilation[axis], w.shape[axis + 2], p.padding[axis][0], x.shape[axis + 2], shape[axis + 2]),
  );
  if (!rows || !columns) return undefined;
  const [h, wide] = [height / sy, width / sx];
  const blocks = layout.filterBlocks(w);
  const part = (row: Phase, column: Phase): Tensor => {
    const partShape = [n, o, h, wide];
    if (row.taps * column.taps === 0)
      return graph.expand(graph.reshape(graph.scalar(0, "float32"), [1, 1, 1, 1]), partShape);
    const taps = graph.slice(blocks, [2, 3], [row.tap, column.tap], [w.shape[2], w.shape[3]], [sy, sx]);
    const filter = graph.reshape(taps, [o, w.shape[1], row.taps, column.taps]);
    const padding = [row.padding, column.padding];
    return convolve(layout, { x, filter, shape: partShape, strides: [1, 1], padding, dilations: [1, 1] });
  };
  const interleavedRows = rows.map((row) => {
    const parts = columns.map((column) => graph.reshape(part(row, column), [(n * o * h) / block, wide, 1, block]));
    return graph.reshape(graph.concat(parts, 2), [(n * o * h) / block, 1, width * block]);
  });
  return graph.reshape(graph.concat(interleavedRows, 1), shape);
}
