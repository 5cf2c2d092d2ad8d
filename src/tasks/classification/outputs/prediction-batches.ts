import { largestClass } from "../../../core/index.ts";
import type { Output } from "./output.ts";
import { type AnchorSource, readOutputs } from "./read-outputs.ts";

/** How predictions depend on the batch that an anchor is taken of. */
export interface PredictionBatchPoint {
  /** `1`, `32`, …; `stored`: the anchor of the validation images; `sorted 32`, …: batches of images sorted by label. */
  readonly batch: string;
  /** In [0, 1]. */
  readonly accuracy: number;
  /** Share of images whose class is another than that of the largest output. */
  readonly changed: number;
}

const SIZES = [1, 32, 256];

/** Outputs [N × K] of labelled images, read in every way. Sorted batches leak the label: they are no result. */
export function predictionBatchPoints(
  output: Output,
  outputs: Float32Array,
  labels: Int32Array,
  classes: number,
  stored?: ArrayLike<number>,
): PredictionBatchPoint[] {
  const sources: [string, AnchorSource][] = [
    ...SIZES.map((batch): [string, AnchorSource] => [String(batch), { batch }]),
    ...(stored ? [["stored", { anchor: stored }] satisfies [string, AnchorSource]] : []),
    ...SIZES.slice(1).map((batch): [string, AnchorSource] => [`sorted ${batch}`, { batch, sortedBy: labels }]),
  ];
  return sources.map(([batch, source]) => {
    const logits = readOutputs(output, outputs, classes, source);
    let [correct, changed] = [0, 0];
    for (const [row, label] of labels.entries()) {
      const predicted = largestClass(logits, row, classes);
      if (predicted === label) correct++;
      if (predicted !== largestClass(outputs, row, classes)) changed++;
    }
    return { batch, accuracy: correct / labels.length, changed: changed / labels.length };
  });
}
