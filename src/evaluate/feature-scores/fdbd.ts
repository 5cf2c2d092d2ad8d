import { centred, trainingMean } from "./moments.ts";
import { normsOf } from "./scored-block.ts";
import { type FeatureScore, UndefinedScore } from "./types.ts";

/** Mean distance to the decision boundaries, by the distance to the training mean (Liu & Qin 2024). */
export const fdbd: FeatureScore<Record<never, never>> = {
  title: "Distance to decision boundaries (fDBD)",
  short: "fDBD",
  kind: "prediction",
  formula: "mean over c ≠ ŷ of (l_ŷ − l_c)/‖w_ŷ − w_c‖, divided by ‖z − μ‖",
  source: "Liu & Qin 2024",
  traps: "OpenOOD sums over c, and may divide by ‖z‖: an all-zero image is then surely known. Equal rows of W: 0/0.",
  needs: ["features", "logits", "training.features", "classifier"],
  parameters: {},
  fit: async (fitting) => {
    const { classes, width, data } = fitting;
    if (classes < 2) throw new UndefinedScore("one class has no decision boundary");
    const apart = distancesApart(data.classifier!.weight, classes, width);
    const mean = await trainingMean(fitting);
    return ({ features, logits, softmax: { predicted } }) =>
      normsOf(centred(features, mean), width).map((norm, i) => {
        const [own, start] = [predicted[i], i * classes];
        let sum = 0;
        for (let c = 0; c < classes; c++)
          if (c !== own) sum += (logits[start + own] - logits[start + c]) / apart[own * classes + c];
        return sum / (classes - 1) / norm;
      });
  },
};

/** [K, K] ‖w_a − w_b‖ */
function distancesApart(weight: ArrayLike<number>, classes: number, width: number): Float64Array {
  const apart = new Float64Array(classes * classes);
  for (let a = 0; a < classes; a++)
    for (let b = 0; b < a; b++) {
      let sum = 0;
      for (let d = 0; d < width; d++) sum += (weight[a * width + d] - weight[b * width + d]) ** 2;
      if (sum === 0) throw new UndefinedScore(`the classifier has the same weights for classes ${b} and ${a}`);
      apart[a * classes + b] = apart[b * classes + a] = Math.sqrt(sum);
    }
  return apart;
}
