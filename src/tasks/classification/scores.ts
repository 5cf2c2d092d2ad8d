import { largestClass, type Predictions } from "../../core/index.ts";

/** In [0, 1]. */
export const accuracyOf = ({ logits, labels, classes }: Pick<Predictions, "logits" | "labels" | "classes">): number =>
  labels.reduce((correct, label, row) => correct + Number(largestClass(logits, row, classes) === label), 0) /
  labels.length;

/** Mean negative log likelihood of the labels, nats. */
export function meanNll({ logits, labels, classes }: Predictions): number {
  let sum = 0;
  labels.forEach((label, row) => {
    const scores = logits.subarray(row * classes, (row + 1) * classes);
    const largest = scores.reduce((a, b) => Math.max(a, b));
    sum += largest + Math.log(scores.reduce((total, score) => total + Math.exp(score - largest), 0)) - scores[label];
  });
  return sum / labels.length;
}
