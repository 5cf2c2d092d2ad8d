import { type Bank, bankOf, divisorOf } from "./bank.ts";
import { perBlock } from "./per-block.ts";
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
  const found = await fitting.once("found in the bank", () =>
    perBlock((block) => searchBank(fitting, bank, searches.slice(), block)),
  );
  const place = searches.push(search) - 1;
  // A search that was added after the block was gone through goes alone.
  return async (block) => (await found(block))[place] ?? (await searchBank(fitting, bank, [search], block))[0];
}

async function searchBank(
  { width, innerProducts }: Fitting,
  bank: Bank,
  searches: readonly Search[],
  block: ScoredBlock,
): Promise<Smallest[]> {
  const short = Float32Array.from(block.unit);
  const open = searches.map((search) => openSearch(search, block, productError(width)));
  const tile = new Float32Array(Math.min(TILE_ROWS, bank.count) * width);
  const room = new Float32Array(Math.min(TILE_ROWS, bank.count) * Math.min(JUDGED_ROWS, block.count));
  await eachBlock(
    bank.count,
    async (from, to) => {
      const theirs = writeUnitRows(tile.subarray(0, (to - from) * width), bank, from);
      await eachBlock(
        block.count,
        async (first, end) => {
          const columns = to - from;
          const own = short.subarray(first * width, end * width);
          const products = await innerProducts(own, theirs, width, room.subarray(0, (end - first) * columns));
          for (let i = first; i < end; i++) {
            const of = products.subarray((i - first) * columns, (i - first + 1) * columns);
            for (const each of open) gather(each, i, of, from);
          }
        },
        JUDGED_ROWS,
      );
    },
    TILE_ROWS,
  );
  return open.map(({ smallest }) => smallest);
}

/** A search among the rows of a block. */
interface OpenSearch {
  readonly search: Search;
  readonly offsets: Float64Array;
  readonly factors: Float64Array;
  readonly smallest: Smallest;
}

function openSearch(search: Search, block: ScoredBlock, productError: number): OpenSearch {
  const rows = search.rows(block);
  const largest = search.factors.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  const errors = rows.factors.map((factor) => productError * Math.abs(factor) * largest);
  return { search, ...rows, smallest: new Smallest(search.count, errors) };
}

/** Writes unit rows of the bank, from row `from` on, as many as there is room for. */
function writeUnitRows(tile: Float32Array, bank: Bank, from: number): Float32Array {
  const { width, rows } = bank;
  for (let row = from, at = 0; at < tile.length; row++) {
    const divisor = divisorOf(bank, row);
    for (let d = row * width; d < (row + 1) * width; d++) tile[at++] = rows[d] / divisor;
  }
  return tile;
}

/** Estimates of judged row `row` against bank rows `from` and on, by their products, go to the candidates. */
function gather({ search, offsets, factors, smallest }: OpenSearch, row: number, products: Float32Array, from: number) {
  const { offsets: b, factors: s } = search;
  const [offset, factor] = [offsets[row], factors[row]];
  const whole = products.length - (products.length % 4);
  // An estimate is above the limit where its negative less the row's offset is below this.
  let least = offset - smallest.limits[row];
  const add = (j: number) => {
    smallest.add(row, offset + b[from + j] - factor * s[from + j] * products[j], from + j);
    least = offset - smallest.limits[row];
  };
  // Nearly all are above it; four at a time take less than half of the time.
  for (let j = 0, at = from; j < whole; j += 4, at += 4) {
    if (
      factor * s[at] * products[j] - b[at] < least &&
      factor * s[at + 1] * products[j + 1] - b[at + 1] < least &&
      factor * s[at + 2] * products[j + 2] - b[at + 2] < least &&
      factor * s[at + 3] * products[j + 3] - b[at + 3] < least
    )
      continue;
    for (let k = 0; k < 4; k++) add(j + k);
  }
  for (let j = whole; j < products.length; j++) add(j);
}
