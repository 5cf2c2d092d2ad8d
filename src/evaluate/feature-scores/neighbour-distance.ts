import { bankOf, divisorOf } from "./bank.ts";
import { bankSearch } from "./bank-search.ts";
import type { Scaling } from "./moments.ts";
import { NORM_EPSILON, type ScoredBlock } from "./scored-block.ts";
import { type Fitting, UndefinedScore } from "./types.ts";

/**
 * −distance to the k-th nearest training row. Candidates come from float32 products, within whose error bound nothing is
 * lost; the k-th distance itself is a sum of squared differences in float64, for ‖a‖² + ‖b‖² − 2ab is off by 1e-8 where
 * the distance is 0.
 */
export async function neighbourDistance(fitting: Fitting, k: number, scaling: Scaling) {
  const { width } = fitting;
  const bank = await bankOf(fitting);
  if (k >= bank.count) throw new UndefinedScore(`k = ${k} needs more than ${k} training rows; there are ${bank.count}`);
  const isUnit = scaling === "unit";
  /** What a row of this length is divided by; and what its unit row is multiplied by. */
  const divisor = (norm: number) => (isUnit ? norm + NORM_EPSILON : 1);
  const factor = (norm: number) => (norm + NORM_EPSILON) / divisor(norm);
  const square = (norm: number) => (norm / divisor(norm)) ** 2;
  const nearest = await bankSearch(fitting, {
    count: k,
    rows: ({ norms }) => ({ offsets: norms.map(square), factors: norms.map((norm) => 2 * factor(norm)) }),
    offsets: bank.norms.map(square),
    factors: bank.norms.map(factor),
  });
  return async (block: ScoredBlock): Promise<Float64Array> => {
    const rows = isUnit ? block.unit : block.features;
    const candidates = await nearest(block);
    return block.norms.map((_, i) => {
      const { below, open } = candidates.window(i);
      const distances = Float64Array.from(open, (place) => {
        const own = isUnit ? divisorOf(bank, place) : 1;
        let sum = 0;
        for (let d = 0; d < width; d++) sum += (rows[i * width + d] - bank.rows[place * width + d] / own) ** 2;
        return sum;
      });
      return -Math.sqrt(distances.sort()[k - below - 1]);
    });
  };
}
