import { eachBlock } from "./rows.ts";
import { softmaxOfBlock } from "./scored-block.ts";
import type { FeatureScore, Fitting } from "./types.ts";

/** −divergence from the nearest class's mean prediction (Hendrycks et al. 2022, KL matching). */
export const klMatching: FeatureScore<Record<never, never>> = {
  title: "Divergence from the nearest mean prediction (KL matching)",
  short: "KL matching",
  kind: "prediction",
  formula: "−min over c of KL(p ‖ d_c), d_c = mean p of the validation images that are predicted c",
  source: "Hendrycks et al. 2022",
  traps:
    "By predictions, not labels. A class that is never predicted has a one-hot d_c. ViM's code fits it on training images.",
  needs: ["logits", "validation.logits"],
  parameters: {},
  fit: async (fitting) => {
    const { classes, innerProducts } = fitting;
    const templates = await templatesOf(fitting);
    // log 0 is kept out of the products, where 0 · ∞ would be NaN: Σ p over what a template lacks says where KL is ∞.
    const logTemplates = templates.map((value) => (value > 0 ? Math.log(value) : 0));
    const lacks = templates.map((value) => (value > 0 ? 0 : 1));
    const someLack = lacks.includes(1);
    return async ({ softmax: { probabilities }, negativeEntropy }) => {
      const crossTerms = await innerProducts(probabilities, logTemplates, classes);
      const beyond = someLack ? await innerProducts(probabilities, lacks, classes) : undefined;
      return negativeEntropy.map((own, i) => {
        let closest = Number.NEGATIVE_INFINITY;
        for (let c = i * classes; c < (i + 1) * classes; c++)
          if (!beyond || beyond[c] === 0) closest = Math.max(closest, crossTerms[c]);
        return closest - own;
      });
    };
  },
};

/** [K, K] */
async function templatesOf({ classes, data }: Fitting): Promise<Float64Array> {
  const logits = data.validation!.logits!;
  const sums = new Float64Array(classes * classes);
  const counts = new Int32Array(classes);
  await eachBlock(logits.count, async (from, to) => {
    const own = softmaxOfBlock(Float64Array.from(await logits.block(from, to)), classes);
    for (const [i, c] of own.predicted.entries()) {
      counts[c]++;
      for (let k = 0; k < classes; k++) sums[c * classes + k] += own.probabilities[i * classes + k];
    }
  });
  return sums.map((sum, i) => {
    const c = Math.floor(i / classes);
    return counts[c] > 0 ? sum / counts[c] : i % classes === c ? 1 : 0;
  });
}
