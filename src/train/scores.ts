import type { Predictions } from "../core/index.ts";
import { type HostArray, type HostArrays, largestClass, UserError } from "../core/index.ts";
import type { TrainState } from "../run/index.ts";

/** How many rows of logits [N, K] have their maximum at the label. */
export function correctCount({ data, shape: [, classes] }: HostArray<"float32">, labels: Int32Array): number {
  let correct = 0;
  for (let row = 0; row < labels.length; row++) if (largestClass(data, row, classes) === labels[row]) correct++;
  return correct;
}

/** In [0, 1]. */
export const accuracyOf = ({ logits, labels, classes }: Predictions): number =>
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

/** The loss or a weight is NaN or infinite. */
export class Diverged extends UserError {}

/** @throws Diverged naming a parameter that is NaN or infinite, which a finite loss may hide for one step. */
export function requireFinite({ params, state }: TrainState, step: number): void {
  const isBad = (data: HostArray["data"]) => data.some((value) => !Number.isFinite(value));
  for (const [name, { data }] of Object.entries({ ...params, ...state } satisfies HostArrays))
    if (isBad(data))
      throw new Diverged(
        `${name} is no longer finite at step ${step}; the last checkpoint is kept; lower the learning rate`,
      );
}
