import type { Tensor } from "../nodes.ts";
import { type Layout, NCHWC } from "./layout.ts";

/** A convolution of blocked images (or of plain ones with fewer channels than a block). */
export interface Convolution {
  /** [N, C, H, W]. */
  readonly x: Tensor;
  /** As `Layout.filter` makes it, nominally [O, C, kh, kw]. */
  readonly filter: Tensor;
  /** [N, O, Ho, Wo]. */
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly padding: readonly (readonly [number, number])[];
  readonly dilations: readonly number[];
  /** A blocked tensor of the result's shape that is added to it. */
  readonly sum?: Tensor;
}

/** ONNX Runtime's own. */
export function directConvolution(layout: Layout, c: Convolution): Tensor {
  const inputs = [c.x, c.filter, ...(c.sum ? [undefined, c.sum] : [])];
  return layout.graph.node("Conv", inputs, c.shape, "float32", {
    domain: NCHWC,
    attributes: {
      kernel_shape: c.filter.shape.slice(2),
      strides: c.strides,
      pads: [...c.padding.map((pair) => pair[0]), ...c.padding.map((pair) => pair[1])],
      dilations: c.dilations,
      group: 1,
    },
  });
}
