import type { Graph } from "../graph.ts";
import type { Tensor } from "../nodes.ts";

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

  /** Filters [O, I, kh, kw] as the blocked convolution reads them, under their nominal shape. */
  filter(w: Tensor): Tensor {
    const { graph, block } = this;
    const [o, i, kh, kw] = w.shape;
    // [O/B, I, kh, kw, B of O] where the input channels fill no block.
    if (!this.fills(i))
      return graph.reshape(graph.transpose(graph.reshape(w, [o / block, block, i, kh, kw]), [0, 2, 3, 4, 1]), w.shape);
    return graph.reshape(this.filterBlocks(w), w.shape);
  }

  /**
   * Filters [O, I, kh, kw] → [O/B, I/B, kh, kw, B · B]: blocks of B inputs by B outputs. ReorderInput is a transpose of
   * single elements at memory speed, on all cores; ONNX Runtime's Transpose is that only where it moves whole blocks.
   */
  filterBlocks(w: Tensor): Tensor {
    const forward = this.#forwardFilter(w);
    if (forward) return this.#turnedBlocks(forward);
    const { graph, block } = this;
    const [o, i, kh, kw] = w.shape;
    const outputsLast = this.toBlocked(graph.reshape(w, [o / block, block, i * kh * kw, 1]));
    const split = graph.reshape(outputsLast, [(o * i) / block ** 2, block, kh * kw, block]);
    return graph.reshape(graph.transpose(split, [0, 2, 1, 3]), [o / block, i / block, kh, kw, block ** 2]);
  }

  /** The blocks of the input gradient's filter, from those of the forward one: each turned, and all in turned order. */
  #turnedBlocks(forward: Tensor): Tensor {
    const { graph, block } = this;
    const [o, i, kh, kw] = forward.shape;
    const taps = kh * kw;
    const blocks = graph.reshape(this.filterBlocks(forward), [(o * i * taps) / block ** 2, block, block, 1]);
    const turned = graph.reshape(this.toBlocked(blocks), [(o * i * taps) / block ** 2, block ** 2]);
    const [outBlocks, inBlocks] = [o / block, i / block];
    // Block (out, in, tap) of the forward filter is block (in, out, last tap − tap) of this one.
    const order = Array.from({ length: outBlocks * inBlocks * taps }, (_, at) => {
      const [inBlock, outBlock] = [Math.floor(at / taps / outBlocks), Math.floor(at / taps) % outBlocks];
      return (outBlock * inBlocks + inBlock) * taps + (taps - 1 - (at % taps));
    });
    const reversed = graph.node("Gather", [turned, graph.int64(order)], turned.shape, "float32", {
      attributes: { axis: 0 },
    });
    return graph.reshape(reversed, [i / block, o / block, kh, kw, block ** 2]);
  }

  /** `w`'s source if it is a filter with inputs and outputs exchanged and both kernel axes flipped. */
  #forwardFilter(w: Tensor): Tensor | undefined {
    const flip = this.graph.flipped(w);
    const exchange = flip && this.graph.transposed(flip.source);
    if (`${flip?.axes}` !== "2,3" || `${exchange?.perm}` !== "1,0,2,3" || !this.fills(w.shape[0])) return undefined;
    return exchange?.source;
  }
}
