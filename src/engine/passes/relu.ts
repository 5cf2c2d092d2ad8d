import { affineOf } from "../blocked/affine.ts";
import { affineValue, type BlockedRules, withOther } from "../blocked/stage.ts";
import { dtypeOf, type PartialRules } from "../lower/lowering.ts";
import { isLiteral } from "../trace.ts";
import type { Pass } from "./pass.ts";

const blockedRules: BlockedRules = {
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
};

const rules: PartialRules = {
  max(lowering, { inputs: [x, zero], outBinders: [out] }) {
    if (dtypeOf(x) !== "float32" || dtypeOf(out) !== "float32" || !isLiteral(zero) || zero.value !== 0)
      return undefined;
    const value = lowering.virtual(x);
    return [lowering.graph.node("Relu", [value], value.shape, "float32")];
  },
};

export const relu: Pass = {
  name: "relu",
  reason: "max(x, 0) joins the pass that writes x; its gradient reads relu(x), which is there, instead of x",
  blockedRules,
  rules,
};
