import type { Graph } from "../graph.ts";
import type { Tensor } from "../nodes.ts";
import { type Layout, NCHWC } from "./layout.ts";

/** One number a channel: a tensor [C], or a number that all channels share. */
export type PerChannel = number | Tensor;

/**
 * A full-size value that has not been written out: Σ scaleᵢ(c) · baseᵢ + shift(c) over blocked tensors. BatchNorm,
 * residual sums and their gradients stay in this form until a convolution or a ReLU reads them; then they are one pass.
 */
export interface Affine {
  readonly shape: readonly number[];
  readonly terms: readonly { readonly base: Tensor; readonly scale: PerChannel }[];
  readonly shift: PerChannel;
}

export const affineOf = (base: Tensor): Affine => ({ shape: base.shape, terms: [{ base, scale: 1 }], shift: 0 });

/** Arithmetic on affine values. Small per-channel tensors are computed on the way, full-size ones only by `write`. */
export class AffineAlgebra {
  readonly #graph: Graph;
  readonly #layout: Layout;
  /** What `write` made tensors of one term from. */
  #written = new Map<string, Affine>();

  constructor(graph: Graph, layout: Layout) {
    this.#graph = graph;
    this.#layout = layout;
  }

  #binary(op: "Add" | "Mul", a: PerChannel, b: PerChannel): Tensor {
    const [x, y] = [a, b].map((v) => (typeof v === "number" ? this.#graph.scalar(v, "float32") : v));
    return this.#graph.node(op, [x, y], x.shape.length ? x.shape : y.shape, "float32");
  }

  addPerChannel(a: PerChannel, b: PerChannel): PerChannel {
    if (typeof a === "number" && typeof b === "number") return a + b;
    if (a === 0) return b;
    if (b === 0) return a;
    return this.#binary("Add", a, b);
  }

  multiplyPerChannel(a: PerChannel, b: PerChannel): PerChannel {
    if (typeof a === "number" && typeof b === "number") return a * b;
    if (a === 0 || b === 0) return 0;
    if (a === 1) return b;
    if (b === 1) return a;
    return this.#binary("Mul", a, b);
  }

  /** [C] float32, numbers written out. */
  perChannelTensor(value: PerChannel, channels: number): Tensor {
    return typeof value === "number" ? this.#graph.float32(new Float32Array(channels).fill(value)) : value;
  }

  add(a: Affine, b: Affine): Affine {
    const terms = [...a.terms];
    for (const { base, scale } of b.terms) {
      const at = terms.findIndex((term) => term.base.name === base.name);
      if (at < 0) terms.push({ base, scale });
      else terms[at] = { base, scale: this.addPerChannel(terms[at].scale, scale) };
    }
    return { shape: a.shape, terms, shift: this.addPerChannel(a.shift, b.shift) };
  }

  shift(a: Affine, by: PerChannel): Affine {
    return { ...a, shift: this.addPerChannel(a.shift, by) };
  }

  scale(a: Affine, by: PerChannel): Affine {
    return {
      shape: a.shape,
      terms: a.terms.map(({ base, scale }) => ({ base, scale: this.multiplyPerChannel(scale, by) })),
      shift: this.multiplyPerChannel(a.shift, by),
    };
  }

  /** The value as one blocked tensor, optionally through a ReLU: one pass per term that has a scale. */
  write(a: Affine, relu = false): Tensor {
    const graph = this.#graph;
    const plain = a.terms.filter(({ scale }) => scale === 1).map(({ base }) => base);
    const scaled = a.terms.filter(({ scale }) => scale !== 1);
    if (scaled.length === 0 && a.shift !== 0) scaled.push({ base: plain.pop()!, scale: 1 });
    let sum = plain.length ? plain.reduce((x, y) => graph.node("Add", [x, y], a.shape, "float32")) : undefined;
    if (scaled.length === 0) return relu ? graph.node("Relu", [sum], a.shape, "float32") : sum!;
    const isLinear = a.terms.length === 1 && !relu;
    scaled.forEach(({ base, scale }, i) => {
      const last = i === scaled.length - 1;
      sum = this.#pass(base, scale, last ? a.shift : 0, sum, relu && last);
    });
    if (isLinear) this.#written.set(sum!.name, a);
    return sum!;
  }

  /**
   * relu(scale · x + shift + add): a depthwise 1×1 convolution with bias, fused addition and activation. Its pixels lie
   * in one row, because the kernel works row by row.
   */
  #pass(value: Tensor, scale: PerChannel, shift: PerChannel, addend: Tensor | undefined, relu: boolean): Tensor {
    const graph = this.#graph;
    const [n, channels, h, w] = value.shape;
    const row = (tensor: Tensor) => graph.reshape(tensor, [n, channels, 1, h * w]);
    const x = row(value);
    const add = addend && row(addend);
    const weight = graph.reshape(this.perChannelTensor(scale, channels), [channels, 1, 1, 1]);
    const bias = shift === 0 ? undefined : this.perChannelTensor(shift, channels);
    const inputs = [x, weight, ...(bias || add ? [bias] : []), ...(add ? [add] : [])];
    const pass = graph.node("Conv", inputs, x.shape, "float32", {
      domain: NCHWC,
      attributes: {
        kernel_shape: [1, 1],
        strides: [1, 1],
        pads: [0, 0, 0, 0],
        dilations: [1, 1],
        group: channels,
        ...(relu ? { activation: "Relu" } : {}),
      },
    });
    return graph.reshape(pass, value.shape);
  }

  /** Sums over pixels: [N, C] of a blocked tensor given as `Layout.pixels`. */
  #pixelSums(pixels: Tensor): Tensor {
    const [n, blocks, count, block] = pixels.shape;
    const ones = this.#graph.float32(new Float32Array(count).fill(1), [1, count]);
    // A row of ones in a MatMul reads memory once at full speed; ReduceSum over this layout is several times slower.
    return this.#graph.reshape(this.#graph.matmul(ones, pixels), [n, blocks * block]);
  }

  /** [N, C]: the sum over height and width. */
  sumOverPixels(x: Tensor): Tensor {
    return this.#pixelSums(this.#layout.pixels(x));
  }

  /** [C]: the sum over images, height and width. */
  sumPerChannel(a: Affine): PerChannel {
    const [n, , h, w] = a.shape;
    const sumOf = (base: Tensor): PerChannel => {
      // The sum of scale · x + shift follows from that of x, which is there: the mean was taken off with it.
      const origin = this.#written.get(base.name);
      return origin ? this.sumPerChannel(origin) : this.#graph.sum(this.sumOverPixels(base), [0]);
    };
    return a.terms.reduce<PerChannel>(
      (sum, { base, scale }) => this.addPerChannel(sum, this.multiplyPerChannel(scale, sumOf(base))),
      this.multiplyPerChannel(a.shift, n * h * w),
    );
  }

  /**
   * [C]: the sum over images, height and width of x · y: a depthwise convolution of x with a kernel as large as the
   * image, y. It reads both once and writes no products.
   */
  sumOfProducts(x: Tensor, y: Tensor): Tensor {
    const [n, c, h, w] = x.shape;
    const [image, kernel] = [
      [1, n * c, h, w],
      [n * c, 1, h, w],
    ];
    const inputs = [this.#graph.reshape(x, image), this.#graph.reshape(y, kernel)];
    const sums = this.#graph.node("Conv", inputs, [1, n * c, 1, 1], "float32", {
      domain: NCHWC,
      attributes: { kernel_shape: [h, w], strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], group: n * c },
    });
    return this.#graph.sum(this.#graph.reshape(sums, [n, c]), [0]);
  }
}
