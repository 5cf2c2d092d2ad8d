import { Random, type StoredPredictions } from "../../core/index.ts";
import { countBelow } from "../count-sorted.ts";
import { softmaxSummary } from "../softmax.ts";

/** The probabilities of one image, from the largest down; classes of equal probability by their numbers. */
export class RankedRow {
  /** [K] −log of the probabilities, by class. */
  readonly nll: Float64Array;
  /** [K] the same by place. */
  readonly ordered: Float64Array;
  /** The random number of the image, in [0, 1], and log(1 − u). */
  u = 0;
  log1MinusU = 0;
  readonly #logAfter: Float64Array;
  #isSummed = false;
  readonly #equalsBefore: Int32Array;

  constructor(classes: number) {
    this.nll = new Float64Array(classes);
    this.ordered = new Float64Array(classes);
    this.#logAfter = new Float64Array(classes);
    this.#equalsBefore = new Int32Array(classes);
  }

  /** Ranks what `nll` holds now. */
  rank(u: number): void {
    this.ordered.set(this.nll);
    this.ordered.sort();
    this.u = u;
    this.log1MinusU = Math.log1p(-u);
    this.#isSummed = false;
  }

  /** [K] log of the sum of what comes after a place. */
  get logAfter(): Float64Array {
    if (this.#isSummed) return this.#logAfter;
    let after = Number.NEGATIVE_INFINITY;
    for (let place = this.ordered.length - 1; place >= 0; place--) {
      this.#logAfter[place] = after;
      after = logOfSum(after, -this.ordered[place]);
    }
    this.#isSummed = true;
    return this.#logAfter;
  }

  placeOf(k: number): number {
    const { nll } = this;
    let place = 0;
    for (let j = 0; j < nll.length; j++) if (nll[j] < nll[k] || (nll[j] === nll[k] && j < k)) place++;
    return place;
  }

  /** Calls `visit` with the classes of the first `count` places, by class. */
  eachOfFirst(count: number, visit: (k: number, place: number) => void): void {
    const { nll, ordered } = this;
    if (count === 0) return;
    const last = ordered[count - 1];
    this.#equalsBefore.fill(0, 0, count);
    for (let k = 0; k < nll.length; k++) {
      if (nll[k] > last) continue;
      const first = countBelow(ordered, nll[k], count);
      const place = first + this.#equalsBefore[first]++;
      if (place < count) visit(k, place);
    }
  }
}

/** log(e^a + e^b). */
export function logOfSum(a: number, b: number): number {
  const larger = Math.max(a, b);
  return larger === Number.NEGATIVE_INFINITY ? larger : larger + Math.log1p(Math.exp(-Math.abs(a - b)));
}

/** Where the random numbers of APS, RAPS and SAPS come from. */
export interface SetRandomness {
  /** Default 0. */
  readonly seed?: number;
  /** The number in [0, 1] of an image, in place of a seeded one: `() => 1` for sets that are not random. */
  readonly uniform?: (set: string, row: number) => number;
}

/** Calls `visit` with each image's classes, which share one object. */
export function eachRankedRow(
  { logits, classes, set }: StoredPredictions,
  { seed = 0, uniform }: SetRandomness,
  visit: (row: number, ranked: RankedRow) => void,
): void {
  const random = new Random("conformal", seed, set);
  const ranked = new RankedRow(classes);
  softmaxSummary(logits, classes, {
    visit({ row, logits: own, predicted, predictedNll }) {
      for (let k = 0; k < classes; k++) ranked.nll[k] = predictedNll + (own[predicted] - own[k]);
      ranked.rank(uniform ? uniform(set, row) : random.uniform());
      visit(row, ranked);
    },
  });
}
