import { type Bank, bankOf, divisorOf } from "./bank.ts";
import { eachBlock } from "./rows.ts";
import type { ScoredBlock } from "./scored-block.ts";
import { productError, Smallest } from "./smallest.ts";
import type { Fitting } from "./types.ts";

/**
 * The training rows of which an estimate is smallest: of judged row i and bank row j it is
 * aᵢ + bⱼ − cᵢ sⱼ ⟨unit row i, unit bank row j⟩.
 */
export interface Search {
  /** How many are sought. */
  readonly count: number;
  /** a and c of each row of a block, [n]. */
  readonly rows: (block: ScoredBlock) => { readonly offsets: Float64Array; readonly factors: Float64Array };
  /** b, [N] */
  readonly offsets: Float64Array;
  /** s, [N] */
  readonly factors: Float64Array;
}

/** Candidates of each row of a block. */
export type Searched = (block: ScoredBlock) => Promise<Smallest>;

/** Bank rows that are multiplied at once, and the judged rows: 8 MB of products, which the cache likes better than more. */
const [TILE_ROWS, JUDGED_ROWS] = [2048, 1024];

/**
 * All searches of a fit go through the bank together, by one float32 product of unit rows: whichever is first asked of a
 * block looks for all of them. Candidates are kept within twice the error of such a product, so that nothing is lost.
 */
export async function bankSearch(fitting: Fitting, search: Search): Promise<Searched> {
  const bank = await bankOf(fitting);
  const searches = await fitting.once<Search[]>("searches of the bank", () => []);
  const found = await fitting.once("found in the bank", () => new WeakMap<ScoredBlock, Promise<Smallest[]>>());
  const place = searches.push(search) - 1;
  return async (block) => {
    const known = found.get(block) ?? searchBank(fitting, bank, searches.slice(), block);
    found.set(block, known);
    // A search that was added since then goes alone.
    return (await known)[place] ?? (await searchBank(fitting, bank, [search], block))[0];
  };
}

async function searchBank(
  { width, innerProducts }: Fitting,
  bank: Bank,
  searches: readonly Search[],
  block: ScoredBlock,
): Promise<Smallest[]> {
  const short = Float32Array.from(block.unit);
  const error = productError(width);
  const open = searches.map((search) => {
    const rows = search.rows(block);
    const largest = search.factors.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    const errors = rows.factors.map((factor) => error * Math.abs(factor) * largest);
    return { search, rows, smallest: new Smallest(search.count, errors) };
  });
  await eachBlock(
    bank.count,
    async (from, to) => {
      const tile = unitTile(bank, from, to);
      await eachBlock(
        block.count,
        async (first, end) => {
          const products = await innerProducts(short.subarray(first * width, end * width), tile, width);
          for (const { search, rows, smallest } of open)
            for (let i = first; i < end; i++)
              gather(
                smallest,
                i,
                products.subarray((i - first) * (to - from), (i - first + 1) * (to - from)),
                rows.offsets[i],
                rows.factors[i],
                search.offsets,
                search.factors,
                from,
              );
        },
        JUDGED_ROWS,
      );
    },
    TILE_ROWS,
  );
  return open.map(({ smallest }) => smallest);
}

/** Unit rows `from` to `to` of the bank in float32. */
function unitTile(bank: Bank, from: number, to: number): Float32Array {
  const { width, rows } = bank;
  const tile = new Float32Array((to - from) * width);
  for (let row = from, at = 0; row < to; row++) {
    const divisor = divisorOf(bank, row);
    for (let d = row * width; d < (row + 1) * width; d++) tile[at++] = rows[d] / divisor;
  }
  return tile;
}

/** Estimates of judged row `row` against bank rows `from` and on, by their products, go to the candidates. */
function gather(
  smallest: Smallest,
  row: number,
  products: Float32Array,
  offset: number,
  factor: number,
  offsets: Float64Array,
  factors: Float64Array,
  from: number,
): void {
  let limit = smallest.limits[row];
  for (let j = 0; j < products.length; j++) {
    const estimate = offset + offsets[from + j] - factor * factors[from + j] * products[j];
    if (estimate > limit) continue;
    smallest.add(row, estimate, from + j);
    limit = smallest.limits[row];
  }
}
