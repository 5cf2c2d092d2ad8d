import type { Tensor } from "../nodes.ts";
import { type Convolution, directConvolution } from "./direct-convolution.ts";
import type { Layout } from "./layout.ts";

/** ONNX Runtime's kernel holds six pixels of a row in registers. */
const NARROW = 4;
const MANY_IMAGES = 16;

/** Whether the result has so few columns, of so many images, that `narrowConvolution` is faster. */
export const isNarrow = (layout: Layout, { filter, shape: [n, , , width] }: Convolution): boolean =>
  width <= NARROW && n >= MANY_IMAGES && filter.shape[3] > 1 && layout.fills(filter.shape[1]);

/**
 * The blocked convolution works on one image's row at a time and treats the pixels beside a padding singly: rows of 4
 * pixels run at half speed. Here the images lie side by side, [W, C/B, H, N, B]: a row is one column's pixel of all
 * images, has no paddings, and an output column is a sum of convolutions of input columns with kernel columns.
 */
export function narrowConvolution(layout: Layout, c: Convolution): Tensor {
  const { graph, block } = layout;
  const [n, channels, height, width] = c.x.shape;
  const [, outChannels, outHeight, outWidth] = c.shape;
  const [o, i, kernelHeight, kernelWidth] = c.filter.shape;
  const sideBySide = graph.transpose(graph.reshape(c.x, [n, (channels / block) * height, width, block]), [2, 1, 0, 3]);
  const column = (at: number) => graph.reshape(graph.slice(sideBySide, [0], [at], [at + 1]), [1, channels, height, n]);
  const blocks = graph.reshape(c.filter, [(o * i) / block ** 2, kernelHeight, kernelWidth, block ** 2]);
  const kernelColumn = (at: number) => graph.reshape(graph.slice(blocks, [2], [at], [at + 1]), [o, i, kernelHeight, 1]);

  const columns = Array.from({ length: outWidth }, (_, at) => {
    let sum: Tensor | undefined;
    for (let tap = 0; tap < kernelWidth; tap++) {
      const from = at * c.strides[1] + tap * c.dilations[1] - c.padding[1][0];
      if (from < 0 || from >= width) continue;
      sum = directConvolution(layout, {
        x: column(from),
        filter: kernelColumn(tap),
        shape: [1, outChannels, outHeight, n],
        strides: [c.strides[0], 1],
        padding: [c.padding[0], [0, 0]],
        dilations: [c.dilations[0], 1],
        sum,
      });
    }
    const none = () =>
      graph.expand(graph.reshape(graph.scalar(0, "float32"), [1, 1, 1, 1]), [1, outChannels, outHeight, n]);
    return graph.reshape(sum ?? none(), [1, (outChannels / block) * outHeight, n, block]);
  });
  const result = graph.reshape(graph.transpose(graph.concat(columns, 0), [2, 1, 0, 3]), c.shape);
  return c.sum ? graph.node("Add", [result, c.sum], c.shape, "float32") : result;
}
