import type { Judged } from "./judged.ts";
import { orderBy } from "./order.ts";

/** The share of errors among the answered images, by how many are answered, most confident first. */
export interface RiskCoverage {
  /** Shares of the images, rising to 1. */
  readonly coverage: readonly number[];
  /** Share of errors among them. */
  readonly risk: readonly number[];
}

/**
 * Errors among the first 1, …, N images, the least doubted first. Images of equal doubt cannot be told apart, so each of
 * them gets an equal share of their errors: the result does not depend on the order of the set.
 * @param doubt [N] larger = less sure
 * @param correct [N] 1 where right
 */
export function errorsByDoubt(doubt: Float64Array, correct: Uint8Array): Float64Array {
  const order = orderBy(doubt);
  const images = order.length;
  const errors = new Float64Array(images);
  let before = 0;
  for (let first = 0; first < images; ) {
    let last = first;
    let wrong = 0;
    const level = doubt[order[first]];
    for (; last < images && doubt[order[last]] === level; last++) wrong += 1 - correct[order[last]];
    const ties = last - first;
    for (let i = 1; i <= ties; i++) errors[first + i - 1] = before + (wrong * i) / ties;
    before += wrong;
    first = last;
  }
  return errors;
}

/** The mean over all coverages 1/N, …, 1 of the share of errors among the answered ones: the area under that curve. */
export const meanRisk = (errors: Float64Array): number =>
  errors.reduce((sum, count, i) => sum + count / (i + 1), 0) / errors.length;

/**
 * Area under the risk-coverage curve (Geifman & El-Yaniv 2017), of the confidence: the mean risk over all coverages.
 * @example aurc(judge(predictions))
 */
export const aurc = ({ logComplement, correct }: Judged): number => meanRisk(errorsByDoubt(logComplement, correct));

/**
 * The curve at `points` coverages at most, the last one full.
 * @example const { coverage, risk } = riskCoverage(judge(predictions));
 */
export function riskCoverage({ logComplement, correct, images }: Judged, points = 100): RiskCoverage {
  const errors = errorsByDoubt(logComplement, correct);
  const count = Math.min(points, images);
  const rows = Array.from({ length: count }, (_, i) => Math.ceil(((i + 1) * images) / count) - 1);
  return { coverage: rows.map((row) => (row + 1) / images), risk: rows.map((row) => errors[row] / (row + 1)) };
}
