import { kthSmallest } from "./kth-smallest.ts";

/**
 * For each of some rows the candidates among many whose estimate may be one of the `count` smallest, each estimate being
 * within the row's error of the truth. Estimates come in any order; few are kept.
 *
 * Why that is exact: with e the error, the true count-th smallest lies within e of the count-th smallest estimate t. What is
 * estimated below t − 2e is truly below it, what is above t + 2e truly above; the rest is computed exactly.
 */
export class Smallest {
  readonly #count: number;
  readonly #margins: Float64Array;
  readonly #values: Float64Array[];
  readonly #places: Int32Array[];
  readonly #lengths: Int32Array;
  /** [rows] nothing above it can matter. */
  readonly limits: Float64Array;

  /** @param errors [rows] of the estimates */
  constructor(count: number, errors: Float64Array) {
    this.#count = count;
    this.#margins = errors.map((error) => 2 * error);
    const capacity = 2 * count + 256;
    // Parts of one array, for thousands of small ones burden the collector; a row that outgrows its part leaves it.
    const [values, places] = [new Float64Array(errors.length * capacity), new Int32Array(errors.length * capacity)];
    this.#values = Array.from(errors, (_, row) => values.subarray(row * capacity, (row + 1) * capacity));
    this.#places = Array.from(errors, (_, row) => places.subarray(row * capacity, (row + 1) * capacity));
    this.#lengths = new Int32Array(errors.length);
    this.limits = new Float64Array(errors.length).fill(Number.POSITIVE_INFINITY);
  }

  add(row: number, estimate: number, place: number): void {
    if (this.#lengths[row] === this.#values[row].length) this.#makeRoom(row);
    if (estimate > this.limits[row]) return;
    const at = this.#lengths[row]++;
    this.#values[row][at] = estimate;
    this.#places[row][at] = place;
  }

  /** The candidates of a row: how many are surely among the smallest, and those (places) that it is not known of. */
  window(row: number): { readonly below: number; readonly open: Int32Array } {
    const [values, places] = [this.#values[row], this.#places[row]];
    const threshold = this.#threshold(row);
    const margin = this.#margins[row];
    let below = 0;
    const open: number[] = [];
    for (let i = 0; i < this.#lengths[row]; i++) {
      if (values[i] < threshold - margin) below++;
      else if (values[i] <= threshold + margin) open.push(places[i]);
    }
    return { below, open: Int32Array.from(open) };
  }

  /** The places of all candidates of a row. */
  candidates(row: number): Int32Array {
    const limit = this.#threshold(row) + this.#margins[row];
    const [values, places] = [this.#values[row], this.#places[row]];
    const own: number[] = [];
    for (let i = 0; i < this.#lengths[row]; i++) if (values[i] <= limit) own.push(places[i]);
    return Int32Array.from(own);
  }

  /** The count-th smallest estimate so far. */
  #threshold(row: number): number {
    return kthSmallest(this.#values[row].slice(0, this.#lengths[row]), this.#count);
  }

  #makeRoom(row: number): void {
    const [values, places] = [this.#values[row], this.#places[row]];
    this.limits[row] = this.#threshold(row) + this.#margins[row];
    let kept = 0;
    for (let i = 0; i < values.length; i++)
      if (values[i] <= this.limits[row]) {
        values[kept] = values[i];
        places[kept++] = places[i];
      }
    this.#lengths[row] = kept;
    // Many equal distances: they all stay.
    if (kept <= 0.75 * values.length) return;
    this.#values[row] = new Float64Array(2 * values.length);
    this.#places[row] = new Int32Array(2 * values.length);
    this.#values[row].set(values.subarray(0, kept));
    this.#places[row].set(places.subarray(0, kept));
  }
}

/** Largest relative error of a float32 inner product of `width` terms in any order, of inputs rounded to float32. */
export const productError = (width: number): number => (width + 3) * 2 ** -24 * (1 + width * 2 ** -24);
