import { UserError } from "../../core/index.ts";
import { innerProducts } from "../../evaluate/internal.ts";

/** Points of length 1, [rows × width] row-major. */
export interface Points {
  readonly points: Float32Array;
  readonly width: number;
}

export interface NearestPairs {
  /** [N · k], of each query the rows of the nearest, the nearest first; of equally near ones the lower row. */
  readonly rows: Int32Array;
  /** [N · k] their cosines. */
  readonly cosines: Float32Array;
}

/** Queries that are multiplied at once: 16 MB of products beside a pool of 100,000. */
const QUERIES = 32;

/**
 * The k of a pool that are nearest to each query by the cosine, in float64. @throws UserError for a pool of less than k
 * @example
 * const pool = { points: Float32Array.of(1, 0, 0, 1), width: 2 };
 * console.log(nearestPairs({ points: Float32Array.of(0, 1), width: 2 }, pool, 1).rows); // 1
 */
export function nearestPairs({ points, width }: Points, pool: Points, k: number): NearestPairs {
  const count = pool.points.length / width;
  if (count < k)
    throw new UserError(`task.retrievedNeighbours ${k}: the pool has only ${count} images; ask for at most so many`);
  const queries = points.length / width;
  const others = Float64Array.from(pool.points);
  const rows = new Int32Array(queries * k);
  const cosines = new Float32Array(queries * k);
  for (let from = 0; from < queries; from += QUERIES) {
    const to = Math.min(from + QUERIES, queries);
    const products = innerProducts(Float64Array.from(points.subarray(from * width, to * width)), others, width);
    for (let query = from; query < to; query++) {
      const own = products.subarray((query - from) * count, (query - from + 1) * count);
      for (const [i, row] of largest(own, k).entries()) {
        rows[query * k + i] = row;
        cosines[query * k + i] = own[row];
      }
    }
  }
  return { rows, cosines };
}

/** Places of the k largest, the largest first, of equal ones the first. */
function largest(values: Float64Array, k: number): number[] {
  const found: number[] = [];
  for (let row = 0; row < values.length; row++) {
    if (found.length === k && values[row] <= values[found[k - 1]]) continue;
    let at = found.length;
    while (at > 0 && values[row] > values[found[at - 1]]) at--;
    found.splice(at, 0, row);
    if (found.length > k) found.pop();
  }
  return found;
}
