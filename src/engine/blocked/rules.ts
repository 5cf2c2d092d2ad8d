import type { ConvolutionParams } from "../lower/convolution.ts";
import { dtypeOf, shapeOf } from "../lower/lowering.ts";
import type { Tensor } from "../nodes.ts";
import type { Atom } from "../trace.ts";
import { type Affine, affineOf } from "./affine.ts";
import { blockedConvolution } from "./convolution.ts";
import { affineValue, type BlockedRules, type BlockedStage, exchange } from "./stage.ts";
import { blockedWeightGradient } from "./weight-gradient.ts";

/** What makes the back-end: convolutions and their gradients. Everything else on blocked values is a pass. */
export const convolutionRules: BlockedRules = {
  conv(stage, equation) {
    const p = equation.params as unknown as ConvolutionParams;
    const { inputs, outBinders } = equation;
    const [x, w] = inputs;
    const shape = shapeOf(outBinders[0]);
    if (p.vmapDims > 0 || shape.length !== 4 || inputs.some((input) => dtypeOf(input) !== "float32")) return undefined;
    const filter = stage.value(w);
    if (filter?.kind === "exchanged") return weightGradient(stage, x, filter.affine, shape, p);
    if (filter || !stage.layout.fills(shape[1])) return undefined;
    const channelCount = shapeOf(x)[1];
    const affine = stage.affine(x) ?? (p.lhsDilation.every((d) => d === 1) ? stage.adopt(x) : undefined);
    if (!affine && (stage.value(x) || channelCount >= stage.layout.block)) return undefined;
    if (affine && p.lhsDilation.every((d) => d === 1) && isWeightGradientSized(shapeOf(w), shape)) return undefined;
    if (!affine && p.lhsDilation.some((d) => d !== 1)) return undefined;
    const input = affine ? stage.algebra.write(affine) : stage.dense(x);
    const y = blockedConvolution(stage.layout, input, stage.dense(w), shape, p);
    return y && affineValue(affineOf(y));
  },

  transpose(stage, { inputs: [x], params }) {
    const affine = stage.affine(x);
    return affine && `${params.perm}` === `${exchange}` ? { kind: "exchanged", affine } : undefined;
  },

  stop_gradient: (stage, { inputs: [x] }) => stage.value(x),
};

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
