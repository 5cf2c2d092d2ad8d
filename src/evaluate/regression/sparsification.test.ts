import { describe, expect, test } from "vitest";
import { sparsification, sparsificationErrors } from "./sparsification.ts";

test("MAE by hand: the least certain goes first", () => {
  const { removed, error, oracle, ause, relativeAuse } = sparsification([1, -2, 3], [0.1, 0.9, 0.5], "mae");
  expect([...removed]).toEqual([0, 1 / 3, 2 / 3]);
  // Of 1, 2, 3 first the 2 goes, then the 3.
  expect([...error]).toEqual([2, 2, 1]);
  expect([...oracle]).toEqual([2, 1.5, 1]);
  expect(ause).toBeCloseTo(0.5 / 3, 14);
  expect(relativeAuse).toBeCloseTo(0.25 / 3, 14);
});

test("RMSE by hand", () => {
  const { error, oracle } = sparsification([1, -2, 3], [0.1, 0.9, 0.5], "rmse");
  expect([...error]).toEqual([Math.sqrt(14 / 3), Math.sqrt(5), 1]);
  expect([...oracle]).toEqual([Math.sqrt(14 / 3), Math.sqrt(2.5), 1]);
});

describe.each(sparsificationErrors)("%s", (measure) => {
  test("the oracle's order has no sparsification error; the reverse has the most of all orders", () => {
    const residual = [4, 1, -3, 2];
    expect(sparsification(residual, residual.map(Math.abs), measure).ause).toBe(0);
    const reversed = sparsification(residual, [-4, -1, -3, -2], measure).ause;
    for (const ranks of [
      [1, 2, 3, 4],
      [2, 4, 1, 3],
      [3, 1, 4, 2],
    ])
      expect(sparsification(residual, ranks, measure).ause).toBeLessThan(reversed);
  });

  test("one uncertainty for all is a flat curve, in any order of the examples", () => {
    const { error } = sparsification([1, 5, 2], [7, 7, 7], measure);
    for (const value of error) expect(value).toBeCloseTo(error[0], 14);
    expect(sparsification([5, 2, 1], [7, 7, 7], measure).ause).toBeCloseTo(
      sparsification([1, 5, 2], [7, 7, 7], measure).ause,
      14,
    );
  });

  test("without any error there is nothing to be relative to", () => {
    expect(sparsification([0, 0], [1, 2], measure)).toMatchObject({ ause: 0, relativeAuse: undefined });
  });
});
