import { bankOf, divisorOf, TILE_ROWS, tileOf } from "./bank.ts";
import { centred, type Scaling, trainingMean } from "./moments.ts";
import { eachBlock } from "./rows.ts";
import { normsOf } from "./scored-block.ts";
import { productError, Smallest } from "./smallest.ts";
import { type Fitting, UndefinedScore } from "./types.ts";

/**
 * −distance to the k-th nearest training row. Candidates come from float32 products, within whose error bound nothing is
 * lost; the k-th distance itself is a sum of squared differences in float64, for ‖a‖² + ‖b‖² − 2ab is off by 1e-8 where
 * the distance is 0.
 */
export async function neighbourDistance(fitting: Fitting, k: number, scaling: Scaling) {
  const { width, innerProducts } = fitting;
  const bank = await bankOf(fitting);
  if (k >= bank.count) throw new UndefinedScore(`k = ${k} needs more than ${k} training rows; there are ${bank.count}`);
  // About their mean, rows are no longer than they are apart: float32 then loses least.
  const mean = await trainingMean(fitting, scaling);
  const squares = await fitting.once(`squares about the mean, ${scaling}`, async () => {
    const all = new Float64Array(bank.count);
    await eachBlock(bank.count, (from, to) => {
      const norms = normsOf(centred(tileOf(bank, from, to, scaling), mean), width);
      all.set(
        norms.map((norm) => norm * norm),
        from,
      );
    });
    return all;
  });
  const longest = Math.sqrt(squares.reduce((a, b) => Math.max(a, b), 0));
  return async (rows: Float64Array): Promise<Float64Array> => {
    const own = centred(rows, mean);
    const norms = normsOf(own, width);
    const nearest = new Smallest(
      k,
      norms.map((norm) => 2 * productError(width) * norm * longest),
    );
    const short = Float32Array.from(own);
    await eachBlock(
      bank.count,
      async (from, to) => {
        const tile = Float32Array.from(centred(tileOf(bank, from, to, scaling), mean));
        gather(nearest, await innerProducts(short, tile, width), norms, squares.subarray(from, to), from);
      },
      TILE_ROWS,
    );
    return norms.map((_, i) => {
      const { below, open } = nearest.window(i);
      const distances = Float64Array.from(open, (place) => {
        const divisor = divisorOf(bank, place, scaling);
        let sum = 0;
        for (let d = 0; d < width; d++) sum += (rows[i * width + d] - bank.rows[place * width + d] / divisor) ** 2;
        return sum;
      });
      return -Math.sqrt(distances.sort()[k - below - 1]);
    });
  };
}

/** Estimates of squared distances by products [n, m] go to the candidates. */
function gather(
  nearest: Smallest,
  products: Float32Array,
  norms: Float64Array,
  squares: Float64Array,
  from: number,
): void {
  const columns = squares.length;
  for (let i = 0; i < norms.length; i++) {
    const square = norms[i] * norms[i];
    const own = products.subarray(i * columns, (i + 1) * columns);
    let limit = nearest.limits[i];
    for (let j = 0; j < columns; j++) {
      const estimate = square + squares[j] - 2 * own[j];
      if (estimate > limit) continue;
      nearest.add(i, estimate, from + j);
      limit = nearest.limits[i];
    }
  }
}
