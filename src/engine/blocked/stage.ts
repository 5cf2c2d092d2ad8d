import type { Graph, Tensor } from "../graph.ts";
import type { ConvolutionParams } from "../lower/convolution.ts";
import { dtypeOf, type Lowering, type Stage, shapeOf } from "../lower/lowering.ts";
import { type Atom, type Equation, isLiteral, type PrimitiveName, type Variable } from "../trace.ts";
import { type Affine, AffineAlgebra, affineOf, type PerChannel } from "./affine.ts";
import { blockedConvolution } from "./convolution.ts";
import { Layout } from "./layout.ts";
import { blockedWeightGradient } from "./weight-gradient.ts";

/** What the blocked back-end knows a variable as; everything else is a plain tensor of the portable rules. */
type Value =
  | { readonly kind: "affine"; readonly affine: Affine }
  /** x · y, not multiplied yet: usually only its sum is wanted. */
  | { readonly kind: "product"; readonly x: Tensor; readonly y: Tensor }
  /** x < 0, the mask of a ReLU whose input is `affine`. */
  | { readonly kind: "negative"; readonly affine: Affine }
  /** Batch and channels exchanged, as convolution gradients are traced. */
  | { readonly kind: "exchanged"; readonly affine: Affine };

type BlockedRule = (stage: BlockedStage, equation: Equation) => Value | Tensor | undefined;

const exchange = [1, 0, 2, 3];
const isExchange = (perm: readonly number[]) => `${perm}` === `${exchange}`;

/**
 * The CPU's channel-blocked back-end: takes the equations that it knows on values that it holds, and leaves the rest to
 * the portable rules, which see its values as plain tensors.
 */
export class BlockedStage implements Stage {
  readonly graph: Graph;
  readonly layout: Layout;
  readonly algebra: AffineAlgebra;
  readonly #lowering: Lowering;
  #values = new Map<Variable, Value>();

  constructor(lowering: Lowering, block: number) {
    this.#lowering = lowering;
    this.graph = lowering.graph;
    this.layout = new Layout(lowering.graph, block);
    this.algebra = new AffineAlgebra(lowering.graph, this.layout);
  }

  lower(equation: Equation): boolean {
    const [out] = equation.outBinders;
    const result = rules[equation.primitive]?.(this, equation);
    if (!result) return false;
    if ("kind" in result) this.#values.set(out, result);
    else this.#lowering.define(out, result);
    return true;
  }

  /** A value of ours as the plain tensor that the portable rules work on. */
  plain(variable: Variable): Tensor | undefined {
    const value = this.#values.get(variable);
    if (!value) return undefined;
    const { graph, layout, algebra } = this;
    switch (value.kind) {
      case "affine":
        return layout.toPlain(algebra.write(value.affine));
      case "product":
        return layout.toPlain(graph.node("Mul", [value.x, value.y], value.x.shape, "float32"));
      case "negative": {
        const written = layout.toPlain(algebra.write(value.affine));
        return graph.node("Less", [written, graph.scalar(0, "float32")], written.shape, "bool");
      }
      case "exchanged":
        return graph.transpose(layout.toPlain(algebra.write(value.affine)), exchange);
    }
  }

  affine(atom: Atom): Affine | undefined {
    const value = this.value(atom);
    return value?.kind === "affine" ? value.affine : undefined;
  }

  value(atom: Atom): Value | undefined {
    return isLiteral(atom) ? undefined : this.#values.get(atom);
  }

  /** The value written out, and known from now on as just that tensor. */
  settle(atom: Variable, affine: Affine): Tensor {
    const written = this.algebra.write(affine);
    this.#values.set(atom, { kind: "affine", affine: affineOf(written) });
    return written;
  }

  /** A plain tensor as the portable rules hold it (possibly virtual); undefined for values of ours. */
  tensor(atom: Atom): Tensor | undefined {
    return this.value(atom) ? undefined : this.#lowering.virtual(atom);
  }

  dense(atom: Atom): Tensor {
    return this.#lowering.dense(atom);
  }

  /** A number or a [1, C, 1, 1] operand of a [N, C, H, W] value; undefined if it varies over images or pixels. */
  perChannel(atom: Atom): PerChannel | undefined {
    if (dtypeOf(atom) !== "float32") return undefined;
    if (isLiteral(atom)) return atom.value;
    const value = this.tensor(atom);
    if (!value) return undefined;
    const aligned = [1, 1, 1, 1, ...value.shape].slice(-4);
    if (value.shape.length > 4 || aligned[0] !== 1 || aligned[2] !== 1 || aligned[3] !== 1) return undefined;
    // A scalar tensor is shared by all channels; a number is not known at compile time.
    return this.graph.reshape(value, [aligned[1]]);
  }
}

const affineValue = (affine: Affine): Value => ({ kind: "affine", affine });

/** The operand that is an affine value, and the other one. */
function withOther(stage: BlockedStage, [a, b]: readonly Atom[]): { affine: Affine; other: Atom } | undefined {
  const left = stage.affine(a);
  if (left) return { affine: left, other: b };
  const right = stage.affine(b);
  return right && { affine: right, other: a };
}

/** A per-channel operand of full length: one value for all channels is spread over them. */
function channels(stage: BlockedStage, value: PerChannel, count: number): PerChannel {
  return typeof value === "number" || value.shape[0] === count ? value : stage.graph.expand(value, [count]);
}

const rules: { readonly [P in PrimitiveName]?: BlockedRule } = {
  add(stage, { inputs }) {
    const found = withOther(stage, inputs);
    if (!found) return undefined;
    const other = stage.affine(found.other);
    if (other) return sameShape(found.affine, other) ? affineValue(stage.algebra.add(found.affine, other)) : undefined;
    const by = stage.perChannel(found.other);
    if (by === undefined) return undefined;
    return affineValue(stage.algebra.shift(found.affine, channels(stage, by, found.affine.shape[1])));
  },

  mul(stage, { inputs: [a, b] }) {
    const found = withOther(stage, [a, b]);
    if (!found) return undefined;
    const by = stage.perChannel(found.other);
    if (by !== undefined)
      return affineValue(stage.algebra.scale(found.affine, channels(stage, by, found.affine.shape[1])));
    const [x, y] = [stage.affine(a), stage.affine(b)];
    if (!x || !y || !sameShape(x, y) || isLiteral(a) || isLiteral(b)) return undefined;
    // Written out first: the square of x − mean must not become x² − mean², which cancels where |mean| ≫ σ.
    const left = stage.settle(a, x);
    return { kind: "product", x: left, y: a === b ? left : stage.settle(b, y) };
  },

  neg(stage, { inputs: [x] }) {
    const affine = stage.affine(x);
    return affine && affineValue(stage.algebra.scale(affine, -1));
  },

  stop_gradient: (stage, { inputs: [x] }) => stage.value(x),

  /** relu(x) is a pass with an activation. */
  max(stage, { inputs }) {
    const found = withOther(stage, inputs);
    if (!found || !isLiteral(found.other) || found.other.value !== 0) return undefined;
    return affineValue(affineOf(stage.algebra.write(found.affine, true)));
  },

  compare(stage, { inputs: [x, zero], params }) {
    const affine = stage.affine(x);
    if (!affine || params.op !== "less" || !isLiteral(zero) || zero.value !== 0) return undefined;
    return { kind: "negative", affine };
  },

  /** where(x < 0, 0, g), the gradient of a ReLU. */
  where(stage, { inputs: [condition, zero, gradient] }) {
    const mask = stage.value(condition);
    if (mask?.kind !== "negative" || !isLiteral(zero) || zero.value !== 0) return undefined;
    const { graph, layout, algebra } = stage;
    const { shape } = mask.affine;
    // relu(x) is there already. 1.1e38 · y is at least 1 for every normal float y > 0: one pass instead of Less and
    // Where. At exactly y = 0 it gives 0 (as PyTorch does), where jax-js's rule passes the gradient on.
    const y = algebra.write(mask.affine, true);
    const positive = graph.node("HardSigmoid", [y], shape, "float32", {
      attributes: { alpha: { float: 1.1e38 }, beta: { float: 0 } },
    });
    const affine = stage.affine(gradient);
    if (affine) return affineValue(affineOf(graph.node("Mul", [algebra.write(affine), positive], shape, "float32")));
    const plain = stage.tensor(gradient);
    if (plain?.shape.length !== 4 || plain.shape[2] * plain.shape[3] !== 1) return undefined;
    // The gradient of a mean over pixels: one value per image and channel.
    const [n, c] = shape;
    const { block } = layout;
    const perPixel = graph.reshape(graph.expand(plain, [n, c, 1, 1]), [n, c / block, 1, block]);
    const pixels = layout.pixels(positive);
    const product = graph.node("Mul", [pixels, perPixel], pixels.shape, "float32");
    return affineValue(affineOf(layout.fromPixels(product, shape)));
  },

  reduce(stage, { inputs: [x], params, outBinders: [out] }) {
    const value = stage.value(x);
    const { op, axis } = params as { op: string; axis: number[] };
    if (!value || op !== "Add") return undefined;
    const axes = `${axis.toSorted()}`;
    if (axes === "0,2,3" && value.kind === "product") return stage.algebra.sumOfProducts(value.x, value.y);
    if (value.kind !== "affine") return undefined;
    if (axes === "2,3") return stage.algebra.sumOverPixels(stage.algebra.write(value.affine));
    if (axes !== "0,2,3") return undefined;
    return stage.algebra.perChannelTensor(stage.algebra.sumPerChannel(value.affine), shapeOf(out)[0]);
  },

  transpose(stage, { inputs: [x], params }) {
    const affine = stage.affine(x);
    return affine && isExchange(params.perm) ? { kind: "exchanged", affine } : undefined;
  },

  conv(stage, equation) {
    const p = equation.params as unknown as ConvolutionParams;
    const { inputs, outBinders } = equation;
    const [x, w] = inputs;
    const shape = shapeOf(outBinders[0]);
    if (p.vmapDims > 0 || shape.length !== 4 || inputs.some((input) => dtypeOf(input) !== "float32")) return undefined;
    const filter = stage.value(w);
    if (filter?.kind === "exchanged") return weightGradient(stage, x, filter.affine, shape, p);
    if (filter || !stage.layout.fills(shape[1])) return undefined;
    const affine = stage.affine(x);
    const channelCount = shapeOf(x)[1];
    if (!affine && (stage.value(x) || channelCount >= stage.layout.block)) return undefined;
    if (affine && p.lhsDilation.every((d) => d === 1) && isWeightGradientSized(shapeOf(w), shape)) return undefined;
    if (!affine && p.lhsDilation.some((d) => d !== 1)) return undefined;
    const input = affine ? stage.algebra.write(affine) : stage.dense(x);
    const y = blockedConvolution(stage.layout, input, stage.dense(w), shape, p);
    return y && affineValue(affineOf(y));
  },
};

const sameShape = (a: Affine, b: Affine) => `${a.shape}` === `${b.shape}`;

const isWeightGradientSized = (w: readonly number[], out: readonly number[]) => w[2] * w[3] > out[2] * out[3];

/** conv(xᵀ, dyᵀ) with the forward stride as dilation → [C, O, k, k]. */
function weightGradient(
  stage: BlockedStage,
  x: Atom,
  dyAffine: Affine,
  shape: readonly number[],
  p: ConvolutionParams,
): Tensor | undefined {
  const [ky, kx] = shape.slice(2);
  const [sy, sx] = p.rhsDilation;
  const [py, px] = p.padding.map((pair) => pair[0]);
  if (ky !== kx || sy !== sx || py !== px || py < 0 || [...p.strides, ...p.lhsDilation].some((v) => v !== 1))
    return undefined;
  const held = stage.value(x);
  const source = held?.kind === "exchanged" ? stage.algebra.write(held.affine) : exchangedSource(stage, x);
  if (!source) return undefined;
  return blockedWeightGradient(stage.layout, {
    x: source,
    xBlocked: held !== undefined,
    dy: stage.algebra.write(dyAffine),
    kernel: ky,
    stride: sy,
    padding: py,
  });
}

/** The plain images whose exchange is `x`: those of the first convolution, which has fewer channels than a block. */
function exchangedSource(stage: BlockedStage, x: Atom): Tensor | undefined {
  const tensor = stage.tensor(x);
  if (!tensor) return undefined;
  const images = stage.graph.transpose(stage.dense(x), exchange);
  return images.shape[1] < stage.layout.block ? images : undefined;
}
