import type { PerChannel } from "../blocked/affine.ts";
import { affineValue, type BlockedRules, type BlockedStage, sameShape, withOther } from "../blocked/stage.ts";
import { shapeOf } from "../lower/lowering.ts";
import { isLiteral } from "../trace.ts";
import type { Pass } from "./pass.ts";

/** A per-channel operand of full length: one value for all channels is spread over them. */
function channels(stage: BlockedStage, value: PerChannel, count: number): PerChannel {
  return typeof value === "number" || value.shape[0] === count ? value : stage.graph.expand(value, [count]);
}

const blockedRules: BlockedRules = {
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
    return { kind: "product", x: stage.written(a)!, y: stage.written(b)! };
  },

  neg(stage, { inputs: [x] }) {
    if (stage.value(x)?.kind === "product") stage.written(x);
    const affine = stage.affine(x);
    return affine && affineValue(stage.algebra.scale(affine, -1));
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
};

/**
 * BatchNorm, residual sums and their gradients are sums Σ scale(c) · x + shift(c) over few full-size tensors: they are
 * kept in that form, which costs one small operation per channel, and written in one pass when something else reads
 * them.
 */
export const channelAffine: Pass = {
  name: "channel-affine",
  reason: "BatchNorm, residual sums and their gradients are one pass over memory where traced they are five to seven",
  blockedRules,
};
