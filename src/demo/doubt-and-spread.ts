import { softmax } from "../evaluate/index.ts";
import { combineReferences } from "../methods/index.ts";

/** What the page shows of one image's logits [R × K]: its doubt, 1 − the largest probability, and its spread over references. */
export function doubtAndSpread(logits: Float32Array, references: number): { doubt: number; spread: number } {
  const classes = logits.length / references;
  const each = Array.from({ length: references }, (_, r) => logits.subarray(r * classes, (r + 1) * classes));
  const combined = combineReferences(each);
  return {
    doubt: 1 - softmax(combined.logits, classes).confidence[0],
    spread: combined.uncertainty.reduce((sum, value) => sum + value, 0) / classes,
  };
}
