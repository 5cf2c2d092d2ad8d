import { softmaxCrossEntropy } from "../cross-entropy.ts";
import type { Output } from "./output.ts";

export interface CrossEntropyOptions {
  readonly name: "cross-entropy";
}

/** The outputs are logits. */
export const crossEntropy = (_options: CrossEntropyOptions): Output => ({
  name: "cross-entropy",
  warmStartEpochs: 0,
  loss: softmaxCrossEntropy,
});
