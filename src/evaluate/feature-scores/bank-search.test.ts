import { expect, test } from "vitest";
import { Random } from "../../core/index.ts";
import { bankSearch, type Search } from "./bank-search.ts";
import { fittingOf } from "./fit.ts";
import { innerProducts } from "./inner-products.ts";
import { rowsOf } from "./rows.ts";
import { NORM_EPSILON, ScoredBlock } from "./scored-block.ts";

const [width, classes, bankCount, judged] = [6, 2, 2051, 9];
const random = new Random("search of a bank");
const drawn = (count: number) => Float32Array.from({ length: count }, () => random.normal());
const bank = drawn(bankCount * width);
// Equal rows, and an empty one.
bank.copyWithin(10 * width, 3 * width, 7 * width);
bank.fill(0, 20 * width, 21 * width);
const rows = drawn(judged * width);
rows.fill(0, 0, width);
rows.set(bank.subarray(3 * width, 4 * width), width);
const block = new ScoredBlock(rows, width, new Float32Array(judged * classes), classes);

function countedFitting() {
  let calls = 0;
  const counted: typeof innerProducts = (...given) => {
    calls++;
    return innerProducts(...given);
  };
  const data = { classes, training: { features: rowsOf(bank, width) } };
  return { fitting: fittingOf(data, counted), calls: () => calls };
}

const search = (count: number, seed: string): Search => {
  const own = new Random(seed);
  const numbers = (length: number) => Float64Array.from({ length }, () => own.normal());
  const perRow = { offsets: numbers(judged), factors: numbers(judged) };
  return { count, rows: () => perRow, offsets: numbers(bankCount), factors: numbers(bankCount) };
};

/** Places of the `count` smallest estimates of a row, by sorting all. */
function sorted({ count, rows: perRow, offsets, factors }: Search, i: number): number[] {
  const unit = (values: Float32Array, row: number) => {
    const own = [...values.subarray(row * width, (row + 1) * width)];
    return own.map((value) => value / (Math.hypot(...own) + NORM_EPSILON));
  };
  const { offsets: a, factors: c } = perRow(block);
  const own = unit(rows, i);
  const estimates = Array.from({ length: bankCount }, (_, j) => {
    const theirs = unit(bank, j);
    return a[i] + offsets[j] - c[i] * factors[j] * own.reduce((sum, value, d) => sum + value * theirs[d], 0);
  });
  const order = estimates.map((_, j) => j).sort((j, k) => estimates[j] - estimates[k]);
  return order.slice(0, count);
}

test("the candidates hold the smallest of all, and few others", async () => {
  const { fitting } = countedFitting();
  for (const count of [1, 5, 700]) {
    const asked = search(count, `of ${count}`);
    const smallest = await (await bankSearch(fitting, asked))(block);
    for (let i = 0; i < judged; i++) {
      const found = new Set(smallest.candidates(i));
      for (const place of sorted(asked, i)) expect(found).toContain(place);
      expect(found.size).toBeLessThan(count + 10);
    }
  }
});

test("searches of a fit share the products, and one that comes late finds the same", async () => {
  const { fitting, calls } = countedFitting();
  const asked = [search(5, "a"), search(9, "b")];
  const searches = [await bankSearch(fitting, asked[0]), await bankSearch(fitting, asked[1])];
  await searches[0](block);
  const once = calls();
  expect(once).toBeGreaterThan(0);
  const second = await searches[1](block);
  expect(calls()).toBe(once);
  const late = await (await bankSearch(fitting, asked[1]))(block);
  expect(calls()).toBe(2 * once);
  for (let i = 0; i < judged; i++) expect(late.candidates(i)).toEqual(second.candidates(i));
});
