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
    const { classes } = fitting;
    const logTemplates = (await templatesOf(fitting)).map(Math.log);
    return ({ count, softmax: { probabilities } }) =>
      Float64Array.from({ length: count }, (_, i) => {
        let nearest = Number.POSITIVE_INFINITY;
        for (let c = 0; c < classes; c++) {
          let sum = 0;
          for (let k = 0; k < classes; k++) {
            const p = probabilities[i * classes + k];
            if (p > 0) sum += p * (Math.log(p) - logTemplates[c * classes + k]);
          }
          nearest = Math.min(nearest, sum);
        }
        return -nearest;
      });
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
