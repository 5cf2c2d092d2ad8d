import type { FeatureScore } from "./types.ts";

/**
 * Length of the gradient by W of the cross-entropy to the uniform distribution, in closed form: it is (p − 1/K) zᵀ, whose
 * 1-norm is a product (Huang, Geng & Li 2021).
 */
export const gradNorm: FeatureScore<Record<never, never>> = {
  title: "Length of the gradient (GradNorm)",
  short: "GradNorm",
  kind: "both",
  formula: "‖z‖₁ · Σ over k of |p_k − 1/K|",
  source: "Huang, Geng & Li 2021, in closed form",
  traps: "OpenOOD's targets are ones: K times this, by one backward pass per image.",
  needs: ["features", "logits"],
  parameters: {},
  fit:
    ({ width, classes }) =>
    ({ count, features, softmax: { probabilities } }) =>
      Float64Array.from({ length: count }, (_, i) => {
        let [length, sum] = [0, 0];
        for (let d = 0; d < width; d++) length += Math.abs(features[i * width + d]);
        for (let k = 0; k < classes; k++) sum += Math.abs(probabilities[i * classes + k] - 1 / classes);
        return length * sum;
      }),
};
