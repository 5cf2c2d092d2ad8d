import type { Graph, Tensor } from "../graph.ts";

/** ONNX Runtime's internal operators on channel-blocked activations. */
export const NCHWC = "com.microsoft.nchwc";

/**
 * The CPU's channel-blocked layout. An activation keeps the nominal shape [N, C, H, W] but lies in memory as
 * [N, C/B, H, W, B]; B floats are one vector register (16 with AVX-512, 8 with AVX2). Every change of layout is here.
 */
export class Layout {
  constructor(
    readonly graph: Graph,
    /** B: channels of a block. */
    readonly block: number,
  ) {}

  /** Whether a channel count fills whole blocks. */
  fills(channels: number): boolean {
    return channels > 0 && channels % this.block === 0;
  }

  /** [N, C, H, W] → the same, blocked. */
  toBlocked(x: Tensor): Tensor {
    return this.graph.node("ReorderInput", [x], x.shape, "float32", { domain: NCHWC });
  }

  /** Blocked → [N, C, H, W]. */
  toPlain(x: Tensor): Tensor {
    // One pixel a channel: the blocked and the plain layout are the same bytes.
    if (x.shape[2] * x.shape[3] === 1)
      return this.graph.reshape(this.graph.reshape(x, [x.shape[0], x.shape[1]]), x.shape);
    return this.graph.node("ReorderOutput", [x], x.shape, "float32", {
      domain: NCHWC,
      attributes: { channels: x.shape[1] },
    });
  }

  /** Blocked → [N, H, W, C]. */
  toChannelsLast(x: Tensor): Tensor {
    const [n, c, h, w] = x.shape;
    if (c === this.block) return this.graph.reshape(x, [n, h, w, c]);
    return this.graph.node("ReorderOutput", [x], [n, h, w, c], "float32", {
      domain: NCHWC,
      attributes: { channels: c, channels_last: 1 },
    });
  }

  /** A blocked activation as it lies in memory, pixels in one axis: [N, C/B, H·W, B]. */
  pixels(x: Tensor): Tensor {
    const [n, c, h, w] = x.shape;
    return this.graph.reshape(x, [n, c / this.block, h * w, this.block]);
  }

  /** The inverse of `pixels`. */
  fromPixels(x: Tensor, shape: readonly number[]): Tensor {
    return this.graph.reshape(x, shape);
  }

  /** Filters [O, I, kh, kw] → [O/B, I/B, kh, kw, B of I, B of O], or [O/B, I, kh, kw, B of O] where I < B. */
  filter(w: Tensor): Tensor {
    const { graph, block } = this;
    const [o, i, kh, kw] = w.shape;
    if (!this.fills(i))
      return graph.reshape(graph.transpose(graph.reshape(w, [o / block, block, i, kh, kw]), [0, 2, 3, 4, 1]), w.shape);
    const split = graph.reshape(w, [o / block, block, i / block, block, kh, kw]);
    return graph.reshape(graph.transpose(split, [0, 2, 4, 5, 3, 1]), w.shape);
  }
}
