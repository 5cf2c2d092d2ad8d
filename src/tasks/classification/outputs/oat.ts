import { lax, nn, numpy as np } from "@jax-js/jax";
import { meanSquaredError } from "./mean-squared.ts";
import type { Output } from "./output.ts";

export interface OatOptions {
  readonly name: "oat";
  /** `formula`: softmax of the mean output, as published; `code`: of the mean softmax, as in the released code. */
  readonly anchor: "formula" | "code";
  /** Whether the anchor is a constant to the gradient. In the released code it is not. */
  readonly detachAnchor: boolean;
  readonly warmStartEpochs: number;
}

/**
 * Online anchor-based training (Tzelepi & Mezaris 2024, arXiv 2406.12662): the network learns by how much, relative to
 * an anchor a, the label differs from it, t = c / a − 1, where a is where the batch's outputs are centred; the mean over
 * N and K of (Φ − t)² is minimised. A prediction is converted back, a · (Φ + 1), with the anchor of its own batch. The
 * minimum is at Φ = P(class | image) / a − 1, so what comes of converting back estimates P.
 */
export const oat = ({ anchor: kind, detachAnchor, warmStartEpochs }: OatOptions): Output => ({
  name: "oat",
  warmStartEpochs,
  loss(outputs, targets) {
    const own = tracedAnchor(outputs.ref, kind);
    const anchor = detachAnchor ? lax.stopGradient(own) : own;
    return meanSquaredError(outputs, np.subtract(np.divide(targets, anchor), 1));
  },
  reading: {
    scores: (outputs, anchor) => np.multiply(np.add(outputs, 1), anchor!),
    score: (output, k, _, anchor) => anchor![k] * (output + 1),
    anchor: {
      traced: (outputs) => tracedAnchor(outputs, kind),
      host: (outputs, classes) => hostAnchor(outputs, classes, kind),
    },
  },
});

/** Outputs [N, K] → [K], positive, sums to 1. */
const tracedAnchor = (outputs: np.Array, kind: OatOptions["anchor"]): np.Array =>
  nn.softmax(np.mean(kind === "code" ? nn.softmax(outputs, 1) : outputs, 0), 0);

function hostAnchor(outputs: Float32Array, classes: number, kind: OatOptions["anchor"]): Float64Array {
  const mean = new Float64Array(classes);
  const count = outputs.length / classes;
  for (let row = 0; row < count; row++) {
    const own = Float64Array.from(outputs.subarray(row * classes, (row + 1) * classes));
    for (const [k, value] of (kind === "code" ? softmax(own) : own).entries()) mean[k] += value / count;
  }
  return softmax(mean);
}

function softmax(values: Float64Array): Float64Array {
  const largest = values.reduce((a, b) => Math.max(a, b));
  const powers = values.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}
