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
      const tiles = searches.map(({ offsets, factors }) => ({
        offsets: offsets.subarray(from, to),
        factors: factors.subarray(from, to),
      }));
      await eachBlock(
        block.count,
        async (first, end) => {
          const columns = to - from;
          const own = short.subarray(first * width, end * width);
          const products = await innerProducts(own, theirs, width, room.subarray(0, (end - first) * columns));
          for (let i = first; i < end; i++) {
            const of = products.subarray((i - first) * columns, (i - first + 1) * columns);
            for (const [n, each] of open.entries()) gather(each, i, of, tiles[n], from);
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

type Tile = Pick<Search, "offsets" | "factors">;

/** Estimates of judged row `row` against bank rows `from` and on, by their products, go to the candidates. */
function gather(
  { offsets, factors, smallest }: OpenSearch,
  row: number,
  products: Float32Array,
  tile: Tile,
  from: number,
): void {
  const [offset, factor] = [offsets[row], factors[row]];
  for (let at = 0; ; ) {
    // An estimate is above the limit where its negative, less the row's offset, is below this.
    at = groupAbove(products, tile.offsets, tile.factors, factor, offset - smallest.limits[row], at);
    if (at >= products.length) return;
    const end = Math.min(at + 4, products.length);
    for (; at < end; at++)
      smallest.add(row, offset + tile.offsets[at] - factor * tile.factors[at] * products[at], from + at);
  }
}

/**
 * The next four of which one is not below `least`, or the last few. Nearly all are below: four at a time, in a loop that
 * does nothing else, take half of the time.
 */
function groupAbove(
  products: Float32Array,
  offsets: Float64Array,
  factors: Float64Array,
  factor: number,
  least: number,
  from: number,
): number {
  let at = from;
  for (; at + 3 < products.length; at += 4)
    if (
      !(
        factor * factors[at] * products[at] - offsets[at] < least &&
        factor * factors[at + 1] * products[at + 1] - offsets[at + 1] < least &&
        factor * factors[at + 2] * products[at + 2] - offsets[at + 2] < least &&
        factor * factors[at + 3] * products[at + 3] - offsets[at + 3] < least
      )
    )
      break;
  return at;
}
