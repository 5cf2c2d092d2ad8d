import { softmaxOfRow } from "../softmax.ts";
import type { NumberRows } from "./rows.ts";

/** Added to a norm before it divides, so that an all-zero row stays zero (Sun et al.'s code of kNN, 2022). */
export const NORM_EPSILON = 1e-10;

/** Softmax of every row of a block. */
export interface BlockSoftmax {
  /** [n, K] */
  readonly probabilities: Float64Array;
  /** [n] log Σ exp */
  readonly energy: Float64Array;
  /** [n] the largest logit's class, the first of equals. */
  readonly predicted: Int32Array;
}

/** Some rows of features [n, D] and logits [n, K] in float64, with what several scores make of them, each computed once. */
export class ScoredBlock {
  readonly count: number;
  readonly features: Float64Array;
  readonly logits: Float64Array;
  readonly #width: number;
  readonly #classes: number;
  #norms?: Float64Array;
  #unit?: Float64Array;
  #sorted?: Float64Array;
  #softmax?: BlockSoftmax;
  #negativeEntropy?: Float64Array;

  constructor(features: NumberRows, width: number, logits: NumberRows, classes: number) {
    this.count = width > 0 ? features.length / width : logits.length / classes;
    this.features = new Float64Array(features);
    this.logits = new Float64Array(logits);
    this.#width = width;
    this.#classes = classes;
  }

  /** [n] Euclidean. */
  get norms(): Float64Array {
    this.#norms ??= normsOf(this.features, this.#width);
    return this.#norms;
  }

  /** [n, D] features divided by their norm + 1e-10. */
  get unit(): Float64Array {
    this.#unit ??= unitRows(this.features, this.#width, this.norms);
    return this.#unit;
  }

  /** [n, D] each row's features, rising. */
  get sorted(): Float64Array {
    this.#sorted ??= sortedRows(this.features, this.#width);
    return this.#sorted;
  }

  get softmax(): BlockSoftmax {
    this.#softmax ??= softmaxOfBlock(this.logits, this.#classes);
    return this.#softmax;
  }

  /** [n] Σ p log p */
  get negativeEntropy(): Float64Array {
    this.#negativeEntropy ??= negativeEntropies(this.softmax.probabilities, this.#classes);
    return this.#negativeEntropy;
  }
}

/** [n, width] → [n] */
export function normsOf(rows: Float64Array, width: number): Float64Array {
  const norms = new Float64Array(rows.length / width);
  for (let i = 0; i < norms.length; i++) {
    let sum = 0;
    for (let d = i * width; d < (i + 1) * width; d++) sum += rows[d] * rows[d];
    norms[i] = Math.sqrt(sum);
  }
  return norms;
}

function sortedRows(rows: Float64Array, width: number): Float64Array {
  const sorted = rows.slice();
  for (let at = 0; at < sorted.length; at += width) sorted.subarray(at, at + width).sort();
  return sorted;
}

/** [n, width] rows divided by their norm + 1e-10. */
export function unitRows(rows: Float64Array, width: number, norms = normsOf(rows, width)): Float64Array {
  const unit = new Float64Array(rows.length);
  for (let i = 0; i < norms.length; i++) {
    const divisor = norms[i] + NORM_EPSILON;
    for (let d = i * width; d < (i + 1) * width; d++) unit[d] = rows[d] / divisor;
  }
  return unit;
}

export function softmaxOfBlock(logits: Float64Array, classes: number): BlockSoftmax {
  const count = logits.length / classes;
  const softmax = {
    probabilities: new Float64Array(logits.length),
    energy: new Float64Array(count),
    predicted: new Int32Array(count),
  };
  for (let i = 0; i < count; i++) {
    const [from, to] = [i * classes, (i + 1) * classes];
    const own = softmaxOfRow(logits.subarray(from, to), softmax.probabilities.subarray(from, to));
    softmax.energy[i] = own.logSumExp;
    softmax.predicted[i] = own.predicted;
  }
  return softmax;
}

function negativeEntropies(probabilities: Float64Array, classes: number): Float64Array {
  return Float64Array.from({ length: probabilities.length / classes }, (_, i) => {
    let sum = 0;
    for (let k = i * classes; k < (i + 1) * classes; k++)
      if (probabilities[k] > 0) sum += probabilities[k] * Math.log(probabilities[k]);
    return sum;
  });
}
