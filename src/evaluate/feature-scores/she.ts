import { countsOf, eachTrainingBlock, meansOf } from "./moments.ts";
import { softmaxOfBlock } from "./scored-block.ts";
import type { FeatureScore, Fitting } from "./types.ts";

/** Inner product with what the predicted class looks like where it is right (Zhang et al. 2023, simplified form). */
export const she: FeatureScore<Record<never, never>> = {
  title: "Inner product with the predicted class's pattern (SHE)",
  short: "SHE",
  kind: "both",
  formula: "⟨z, mean of the rightly classified training z of class ŷ⟩",
  source: "Zhang et al. 2023",
  traps: "A class with none right takes all of its label (NaN in OpenOOD). The score grows with ‖z‖.",
  needs: ["features", "logits", "training.features", "training.labels", "training.logits"],
  parameters: {},
  fit: async (fitting) => {
    const { width } = fitting;
    const patterns = await patternsOf(fitting);
    return ({ count, features, softmax: { predicted } }) =>
      Float64Array.from({ length: count }, (_, i) => {
        let sum = 0;
        for (let d = 0; d < width; d++) sum += features[i * width + d] * patterns[predicted[i] * width + d];
        return sum;
      });
  },
};

/** [K, D] */
async function patternsOf(fitting: Fitting): Promise<Float64Array> {
  const { width, classes, data } = fitting;
  const { logits, labels } = data.training!;
  const all = countsOf(labels!, classes);
  const right = new Int32Array(classes);
  const sums = [new Float64Array(classes * width), new Float64Array(classes * width)];
  await eachTrainingBlock(fitting, "raw", async (rows, from, to) => {
    const { predicted } = softmaxOfBlock(Float64Array.from(await logits!.block(from, to)), classes);
    for (let i = 0; i < predicted.length; i++) {
      const label = labels![from + i];
      const isRight = predicted[i] === label;
      if (isRight) right[label]++;
      for (const into of isRight ? sums : [sums[0]])
        for (let d = 0; d < width; d++) into[label * width + d] += rows[i * width + d];
    }
  });
  const [ofAll, ofRight] = [meansOf(sums[0], all, width), meansOf(sums[1], right, width)];
  return ofAll.map((value, i) => (right[Math.floor(i / width)] > 0 ? ofRight[i] : value));
}
