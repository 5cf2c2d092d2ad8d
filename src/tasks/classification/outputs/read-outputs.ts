import { permutation, Random } from "../../../core/index.ts";
import { logScore } from "./log-scores.ts";
import type { Output } from "./output.ts";

/** What outputs that are read relative to an anchor are read by; others do not depend on it. */
export type AnchorSource =
  /** Batches of so many images, shuffled with a fixed seed; the last one may be smaller. */
  | { readonly batch: number }
  /** The same of images sorted by their labels: a stress test, for then the anchor tells the label. */
  | { readonly batch: number; readonly sortedBy: Int32Array }
  /** One anchor [K] for all. */
  | { readonly anchor: ArrayLike<number> };

/** Outputs [N × K] → logits [N × K]: log scores, or the outputs themselves where they are logits. */
export function readOutputs(
  { reading }: Output,
  outputs: Float32Array,
  classes: number,
  source: AnchorSource,
): Float32Array {
  if (!reading) return outputs;
  const logits = new Float32Array(outputs.length);
  const read = (rows: Int32Array, anchor?: ArrayLike<number>) => {
    for (const row of rows)
      for (let k = 0; k < classes; k++) {
        const at = row * classes + k;
        logits[at] = logScore(reading.score(outputs[at], k, classes, anchor));
      }
  };
  const images = outputs.length / classes;
  const all = Int32Array.from({ length: images }, (_, row) => row);
  if (!reading.anchor) read(all);
  else if ("anchor" in source) read(all, source.anchor);
  else {
    const order =
      "sortedBy" in source
        ? all.sort((a, b) => source.sortedBy[a] - source.sortedBy[b])
        : permutation(images, new Random("prediction batches"));
    for (let at = 0; at < images; at += source.batch) {
      const rows = order.subarray(at, at + source.batch);
      read(rows, reading.anchor.host(rowsOf(outputs, rows, classes), classes));
    }
  }
  return logits;
}

function rowsOf(outputs: Float32Array, rows: Int32Array, classes: number): Float32Array {
  const taken = new Float32Array(rows.length * classes);
  for (const [i, row] of rows.entries()) taken.set(outputs.subarray(row * classes, (row + 1) * classes), i * classes);
  return taken;
}
