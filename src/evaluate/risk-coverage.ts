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
 * Risk after each image, most confident first. Images of equal confidence cannot be told apart, so each of them gets an
 * equal share of their errors: the result does not depend on the order of the set.
 */
function risks({ logComplement, correct, images }: Judged): Float64Array {
  const order = orderBy(logComplement);
  const risk = new Float64Array(images);
  let errors = 0;
  for (let first = 0; first < images; ) {
    let last = first;
    let wrong = 0;
    const level = logComplement[order[first]];
    for (; last < images && logComplement[order[last]] === level; last++) wrong += 1 - correct[order[last]];
    const ties = last - first;
    for (let i = 1; i <= ties; i++) risk[first + i - 1] = (errors + (wrong * i) / ties) / (first + i);
    errors += wrong;
    first = last;
  }
  return risk;
}

/** Area under the risk-coverage curve (Geifman & El-Yaniv 2017): the mean risk over all coverages 1/N, …, 1. */
export const aurc = (judged: Judged): number => risks(judged).reduce((sum, risk) => sum + risk, 0) / judged.images;

/** The curve at `points` coverages at most, the last one full. */
export function riskCoverage(judged: Judged, points = 100): RiskCoverage {
  const risk = risks(judged);
  const count = Math.min(points, judged.images);
  const rows = Array.from({ length: count }, (_, i) => Math.ceil(((i + 1) * judged.images) / count) - 1);
  return { coverage: rows.map((row) => (row + 1) / judged.images), risk: rows.map((row) => risk[row]) };
}
